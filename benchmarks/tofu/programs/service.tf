# A service as one writes it for OpenTofu: an image a release, a name for each snapshot, a template and a group.
#
# The devices are read from the source instance, so every name is in the first plan. If they were read from the image,
# the plan of each new release would fail, because the keys of for_each would be unknown. The price: the names of old
# releases follow what is attached to the instance today.

variable "service" {
  type = string
}

variable "source_instance" {
  type = string
}

variable "releases" {
  type        = list(string)
  description = "The newest first; the group launches it."
}

data "aws_instance" "source" {
  instance_id = var.source_instance
}

locals {
  root   = data.aws_instance.source.root_block_device[*].device_name
  others = sort(data.aws_instance.source.ebs_block_device[*].device_name)

  names = {
    for pair in setproduct(var.releases, range(length(local.root) + length(local.others))) :
    "${pair[0]}/${pair[1]}" => {
      release = pair[0]
      device  = concat(local.root, local.others)[pair[1]]
      name    = format("%s-%s(%03d)", var.service, pair[0], pair[1] + 1)
    }
  }
}

resource "aws_ami_from_instance" "image" {
  for_each = toset(var.releases)

  name                    = "${var.service}-${each.key}"
  source_instance_id      = var.source_instance
  snapshot_without_reboot = true

  lifecycle {
    ignore_changes = [source_instance_id]
  }
}

resource "aws_ec2_tag" "name" {
  for_each = local.names

  key   = "Name"
  value = each.value.name
  resource_id = {
    for mapping in aws_ami_from_instance.image[each.value.release].ebs_block_device :
    mapping.device_name => mapping.snapshot_id
  }[each.value.device]
}

resource "aws_launch_template" "fleet" {
  name_prefix            = "${var.service}-"
  image_id               = aws_ami_from_instance.image[var.releases[0]].id
  instance_type          = "t3.micro"
  update_default_version = true
}

resource "aws_autoscaling_group" "fleet" {
  name_prefix        = "${var.service}-"
  availability_zones = ["ap-northeast-2a"]
  min_size           = 1
  max_size           = 1

  launch_template {
    id      = aws_launch_template.fleet.id
    version = aws_launch_template.fleet.latest_version
  }
}
