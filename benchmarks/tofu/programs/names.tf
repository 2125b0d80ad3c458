# The floor: every id and every name is written out, and nothing is read.

locals {
  names = jsondecode(file("${path.module}/names.json"))
}

resource "aws_ec2_tag" "name" {
  for_each = local.names

  resource_id = each.value.snapshot
  key         = "Name"
  value       = each.value.name
}
