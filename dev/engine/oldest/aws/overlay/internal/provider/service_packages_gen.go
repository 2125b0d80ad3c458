// Stands in place of the provider's generated file of the same name: the services
// whose resources main.go maps, and those that these read in turn (a group asks the
// load balancers for its health, an image's key is KMS's).
package provider

import (
	"context"

	"github.com/hashicorp/terraform-provider-aws/internal/conns"
	"github.com/hashicorp/terraform-provider-aws/internal/service/autoscaling"
	"github.com/hashicorp/terraform-provider-aws/internal/service/ec2"
	"github.com/hashicorp/terraform-provider-aws/internal/service/elb"
	"github.com/hashicorp/terraform-provider-aws/internal/service/elbv2"
	"github.com/hashicorp/terraform-provider-aws/internal/service/kms"
	"github.com/hashicorp/terraform-provider-aws/internal/service/organizations"
	"github.com/hashicorp/terraform-provider-aws/internal/service/ssm"
)

func servicePackages(ctx context.Context) []conns.ServicePackage {
	return []conns.ServicePackage{
		autoscaling.ServicePackage(ctx),
		ec2.ServicePackage(ctx),
		elb.ServicePackage(ctx),
		elbv2.ServicePackage(ctx),
		kms.ServicePackage(ctx),
		organizations.ServicePackage(ctx),
		ssm.ServicePackage(ctx),
	}
}
