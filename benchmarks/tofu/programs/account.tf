# Each image of the account as a data source, and a name for each snapshot behind it.

data "aws_ami_ids" "owned" {
  owners = ["self"]
}

data "aws_ami" "owned" {
  for_each = toset(data.aws_ami_ids.owned.ids)

  owners = ["self"]
  filter {
    name   = "image-id"
    values = [each.key]
  }
}

locals {
  behind = {
    for id, image in data.aws_ami.owned : id => {
      for mapping in image.block_device_mappings :
      # The root comes first, as in the names.
      "${mapping.device_name == image.root_device_name ? 0 : 1}${mapping.device_name}" => mapping.ebs["snapshot_id"]
      if contains(keys(mapping.ebs), "snapshot_id")
    }
  }

  names = merge([
    for id, snapshots in local.behind : {
      for number, key in sort(keys(snapshots)) :
      "${id}/${number}" => {
        snapshot = snapshots[key]
        name     = format("%s(%03d)", data.aws_ami.owned[id].name, number + 1)
      }
    }
  ]...)
}

resource "aws_ec2_tag" "name" {
  for_each = local.names

  resource_id = each.value.snapshot
  key         = "Name"
  value       = each.value.name
}
