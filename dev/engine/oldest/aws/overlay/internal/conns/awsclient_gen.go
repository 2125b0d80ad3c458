// Stands in place of the provider's generated file of the same name, which has a
// client for each of some 245 AWS services and makes the whole provider a
// 21-minute build. These are the clients that the services listed in
// ../provider/service_packages_gen.go need, and S3Client, which conns itself calls.
package conns

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/hashicorp/terraform-provider-aws/internal/errs"
	"github.com/hashicorp/terraform-provider-aws/names"
)

// defaultClient makes the SDK client of a service with the provider's own settings.
func defaultClient[T any](ctx context.Context, c *AWSClient, service string) T {
	return errs.Must(client[T](ctx, c, service, map[string]any{}))
}

func (c *AWSClient) AutoScalingClient(ctx context.Context) *autoscaling.Client {
	return defaultClient[*autoscaling.Client](ctx, c, names.AutoScaling)
}

func (c *AWSClient) EC2Client(ctx context.Context) *ec2.Client {
	return defaultClient[*ec2.Client](ctx, c, names.EC2)
}

func (c *AWSClient) ELBClient(ctx context.Context) *elasticloadbalancing.Client {
	return defaultClient[*elasticloadbalancing.Client](ctx, c, names.ELB)
}

func (c *AWSClient) ELBV2Client(ctx context.Context) *elasticloadbalancingv2.Client {
	return defaultClient[*elasticloadbalancingv2.Client](ctx, c, names.ELBV2)
}

func (c *AWSClient) KMSClient(ctx context.Context) *kms.Client {
	return defaultClient[*kms.Client](ctx, c, names.KMS)
}

func (c *AWSClient) OrganizationsClient(ctx context.Context) *organizations.Client {
	return defaultClient[*organizations.Client](ctx, c, names.Organizations)
}

func (c *AWSClient) S3Client(ctx context.Context) *s3.Client {
	return defaultClient[*s3.Client](ctx, c, names.S3)
}

func (c *AWSClient) SSMClient(ctx context.Context) *ssm.Client {
	return defaultClient[*ssm.Client](ctx, c, names.SSM)
}
