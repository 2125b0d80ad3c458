variable "endpoint" {
  type        = string
  description = "The local AWS, or what stands before it."
}

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.73.0"
    }
  }
}

provider "aws" {
  region = "ap-northeast-2"

  # What pulumi's stacks of the benchmarks leave out too.
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true

  endpoints {
    autoscaling = var.endpoint
    ec2         = var.endpoint
    sts         = var.endpoint
  }
}
