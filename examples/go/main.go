// A release and the group that launches from it.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// ReleaseImage is the image of a release, as the schema of snapnames describes it.
type ReleaseImage struct {
	pulumi.ResourceState

	ImageID       pulumi.StringOutput    `pulumi:"imageId"`
	SnapshotNames pulumi.StringMapOutput `pulumi:"snapshotNames"`
}

// Fleet is the group that launches from an image, with its launch template.
type Fleet struct {
	pulumi.ResourceState

	GroupName pulumi.StringOutput `pulumi:"autoScalingGroupName"`
}

func main() {
	pulumi.Run(declare)
}

func declare(ctx *pulumi.Context) error {
	var image ReleaseImage
	err := ctx.RegisterRemoteComponentResource("snapnames:index:ReleaseImage", "front-web", pulumi.Map{
		"imageName":        pulumi.String("front-web-" + config.Require(ctx, "release")),
		"sourceInstanceId": pulumi.String(config.Require(ctx, "instance")),
	}, &image)
	if err != nil {
		return err
	}
	var fleet Fleet
	err = ctx.RegisterRemoteComponentResource("snapnames:index:Fleet", "front-web", pulumi.Map{
		"imageId":      image.ImageID,
		"launch":       pulumi.String("template"),
		"instanceType": pulumi.String("t3.micro"),
		"maxSize":      pulumi.Int(2),
		"zones":        pulumi.StringArray{pulumi.String("ap-northeast-2a")},
	}, &fleet)
	if err != nil {
		return err
	}
	ctx.Export("names", image.SnapshotNames)
	ctx.Export("group", fleet.GroupName)
	return nil
}
