import * as pulumi from "@pulumi/pulumi";

/** The image of a release, as the schema of snapnames describes it. */
class ReleaseImage extends pulumi.ComponentResource {
    declare readonly imageId: pulumi.Output<string>;
    declare readonly snapshotNames: pulumi.Output<Record<string, string>>;

    constructor(name: string, inputs: pulumi.Inputs) {
        const outputs = { imageId: undefined, snapshotNames: undefined };
        super("snapnames:index:ReleaseImage", name, { ...outputs, ...inputs }, {}, true);
    }
}

/** The group that launches from an image, with its launch template. */
class Fleet extends pulumi.ComponentResource {
    declare readonly autoScalingGroupName: pulumi.Output<string>;

    constructor(name: string, inputs: pulumi.Inputs) {
        super("snapnames:index:Fleet", name, { autoScalingGroupName: undefined, ...inputs }, {}, true);
    }
}

const config = new pulumi.Config();
const image = new ReleaseImage("front-web", {
    imageName: `front-web-${config.require("release")}`,
    sourceInstanceId: config.require("instance"),
});
const fleet = new Fleet("front-web", {
    imageId: image.imageId,
    launch: "template",
    instanceType: "t3.micro",
    maxSize: 2,
    zones: ["ap-northeast-2a"],
});

export const names = image.snapshotNames;
export const group = fleet.autoScalingGroupName;
