// The same program with the SDK that `make sdks` makes: see README.md of the examples.
import * as pulumi from "@pulumi/pulumi";
import * as snapnames from "@pulumi/snapnames";

const config = new pulumi.Config();
const image = new snapnames.ReleaseImage("front-web", {
    imageName: `front-web-${config.require("release")}`,
    sourceInstanceId: config.require("instance"),
});
const fleet = new snapnames.Fleet("front-web", {
    imageId: image.imageId,
    launch: "template",
    instanceType: "t3.micro",
    maxSize: 2,
    zones: ["ap-northeast-2a"],
});

export const names = image.snapshotNames;
export const group = fleet.autoScalingGroupName;
