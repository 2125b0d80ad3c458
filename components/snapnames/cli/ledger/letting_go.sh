# Each check that finds a reason, or that AWS does not answer, skips the row. Nothing of a skipped row is deleted.

really=no
case "${1-}" in
'') ;;
--really) really=yes ;;
*)
    echo "usage: sh $0 [--really]; without --really, nothing is deleted" >&2
    exit 2
    ;;
esac

AWS_PAGER=
AWS_CLI_AUTO_PROMPT=off
PYTHONIOENCODING=utf-8
export AWS_PAGER AWS_CLI_AUTO_PROMPT PYTHONIOENCODING
newline='
'

# Ask AWS in the region of the rows. The answer is in $answer; the status says whether AWS has answered.
ask() {
    answer=$(aws "$@" --region "$region" --output text) || return 1
    [ "$answer" != None ] || answer=
}

# Skip the row.
skip() {
    echo "skip $row: $1"
    return 1
}

# Skip the row unless the answer is empty: $1 says why, the rest is the question.
nothing() {
    why=$1
    shift
    ask "$@" || skip "AWS did not answer: $1 $2" || return 1
    [ -z "$answer" ] || skip "$why"
}

# Skip the row unless the answer is $1: $2 says why, the rest is the question.
unchanged() {
    wanted=$1 why=$2
    shift 2
    ask "$@" || skip "AWS did not answer: $1 $2" || return 1
    [ "$answer" = "$wanted" ] || skip "$why"
}

# The tags of $1 have the checksum $2, and none of them is one of a backup tool.
same_tags() {
    ask ec2 describe-tags --filters "Name=resource-id,Values=$1" --query 'sort_by(Tags,&Key)[].[Key,Value]' ||
        skip "AWS did not answer: ec2 describe-tags" || return 1
    case "$newline$answer" in
    *"${newline}aws:backup:"* | *"${newline}aws:dlm:"* | *"${newline}dlm:managed"*)
        skip "$1 is a backup of another tool"
        return 1
        ;;
    esac
    found=$(printf '%s' "$answer" | cksum)
    [ "$found" = "$2" ] || skip "the tags of $1 are not those of the plan"
}

# The rows that follow are in the region $1. Older versions of launch templates are read once for a region.
in_region() {
    region=$1 known=yes
    read_versions || known=no
}

# Every image and snapshot that a version of a launch template names, also a version that is no default.
read_versions() {
    ask ec2 describe-launch-templates --query 'LaunchTemplates[].[LaunchTemplateId]' || return 1
    versions=
    for template in $answer; do
        ask ec2 describe-launch-template-versions --launch-template-id "$template" --query "$in_versions" || return 1
        versions="$versions $answer"
        case "$answer" in
        *resolve:ssm:*) read_parameters "$template" || return 1 ;;
        esac
    done
}

# The image that each version of the launch template $1 finds by a parameter. EC2 resolves one version a call.
read_parameters() {
    ask ec2 describe-launch-template-versions --launch-template-id "$1" --query "$by_parameter" || return 1
    for number in $answer; do
        if found=$(aws ec2 describe-launch-template-versions --launch-template-id "$1" --versions "$number" \
            --resolve-alias --query "$in_versions" --region "$region" --output text 2>&1); then
            versions="$versions $found"
            continue
        fi
        case "$found" in
        *SsmInvalidParameter*) ;; # There is no such parameter, so the version launches nothing.
        *)
            echo "$found" >&2
            return 1
            ;;
        esac
    done
}

# The same for launch configurations, groups, Spot Fleets, Spot requests, and the versions that something launches by
# default.
read_launches() {
    ask autoscaling describe-launch-configurations --query "$in_configurations" || return 1
    launches=$answer
    ask autoscaling describe-auto-scaling-groups --query "$in_groups" || return 1
    launches="$launches $answer"
    ask ec2 describe-launch-template-versions --versions '$Latest' '$Default' --query "$in_versions" || return 1
    launches="$launches $answer"
    ask ec2 describe-spot-fleet-requests --query "$in_spot_fleets" || return 1
    launches="$launches $answer"
    ask ec2 describe-spot-instance-requests --query "$in_spot_requests" || return 1
    launches="$launches $answer"
}

in_versions='LaunchTemplateVersions[].LaunchTemplateData.[ImageId,BlockDeviceMappings[].Ebs.SnapshotId][][]'
in_configurations='LaunchConfigurations[].[ImageId,BlockDeviceMappings[].Ebs.SnapshotId][][]'
by_parameter="LaunchTemplateVersions[?starts_with(LaunchTemplateData.ImageId||'','resolve:ssm:')].[VersionNumber]"
in_groups='AutoScalingGroups[].MixedInstancesPolicy.LaunchTemplate.Overrides[].[ImageId][]'
spot_fleets="SpotFleetRequestConfigs[?!starts_with(SpotFleetRequestState,'cancelled')].SpotFleetRequestConfig"
in_spot_fleets="$spot_fleets.LaunchSpecifications[].[ImageId,BlockDeviceMappings[].Ebs.SnapshotId][][]"
spot_requests="SpotInstanceRequests[?State=='open' || Type=='persistent' && contains(['active','disabled'],State)]"
in_spot_requests="$spot_requests.LaunchSpecification.[ImageId,BlockDeviceMappings[].Ebs.SnapshotId][][]"

# No launch configuration, no version of a launch template, no group and no Spot request has $1 as its image or maps it.
not_in_launches() {
    for one in $versions $launches; do
        [ "$one" != "$1" ] || skip "a launch template, a launch configuration, a group or a Spot request needs $1" ||
            return 1
    done
}

# The snapshot $1 is free: its state is $2, the checksum of its tags $3, and no image but $4 has it.
free_snapshot() {
    unchanged "$1" "snapshot $1 is gone or has changed" ec2 describe-snapshots --owner-ids self \
        --filters "Name=snapshot-id,Values=$1" \
        --query "Snapshots[?State=='$2' && StorageTier!='archive' && !RestoreExpiryTime].[SnapshotId]" &&
        same_tags "$1" "$3" &&
        unchanged "$4" "the images that have snapshot $1 are not those of the plan" ec2 describe-images \
            --include-deprecated --include-disabled --filters "Name=block-device-mapping.snapshot-id,Values=$1" \
            --query 'Images[].[ImageId]' &&
        nothing "snapshot $1 is shared" ec2 describe-snapshot-attribute --snapshot-id "$1" \
            --attribute createVolumePermission --query 'CreateVolumePermissions[].[UserId,Group]' &&
        nothing "snapshot $1 is locked" ec2 describe-locked-snapshots --snapshot-ids "$1" \
            --query "[Snapshots[?LockState!='expired'].LockState,[NextToken][?@]][]" &&
        nothing "snapshot $1 has fast restores" ec2 describe-fast-snapshot-restores \
            --filters "Name=snapshot-id,Values=$1" \
            --query "FastSnapshotRestores[?!starts_with(State,'disabl')].[State]" &&
        not_in_launches "$1"
}

# The image $1 is free: its state is $2, the ids of its snapshots $3, the checksum of its tags $4.
free_image() {
    unchanged "$1" "image $1 is gone or has changed" ec2 describe-images --owners self --include-deprecated \
        --include-disabled --filters "Name=image-id,Values=$1" --query \
        "Images[?State=='$2' && (DeregistrationProtection||'disabled')=='disabled'].[ImageId]" &&
        unchanged "$3" "image $1 has other snapshots than in the plan" ec2 describe-images --owners self \
            --include-deprecated --include-disabled --filters "Name=image-id,Values=$1" \
            --query "Images[].[join(',',sort(BlockDeviceMappings[].Ebs.SnapshotId))]" &&
        same_tags "$1" "$4" &&
        not_launched "$1" &&
        nothing "image $1 is shared" ec2 describe-image-attribute --image-id "$1" --attribute launchPermission \
            --query 'LaunchPermissions[].[UserId,Group,OrganizationArn,OrganizationalUnitArn]' &&
        nothing "an instance runs image $1" ec2 describe-instances --filters "Name=image-id,Values=$1" \
            Name=instance-state-name,Values=pending,running,stopping,stopped \
            --query 'Reservations[].Instances[].[InstanceId]' &&
        nothing "something refers to image $1" ec2 describe-image-references --image-ids "$1" \
            --include-all-resource-types --query 'ImageReferences[].[Arn]' &&
        nothing "EC2 Fast Launch holds snapshots ready for image $1" ec2 describe-fast-launch-images --image-ids "$1" \
            --query "FastLaunchImages[?State!='disabling'].[State]" &&
        not_in_launches "$1"
}

# No instance was launched from image $1 since the day that the plan gives.
not_launched() {
    ask ec2 describe-image-attribute --image-id "$1" --attribute lastLaunchedTime --query LastLaunchedTime.Value ||
        skip "AWS did not answer: ec2 describe-image-attribute" || return 1
    [ -n "$answer" ] || return 0
    day=$(printf '%s' "$answer" | cut -c1-10 | tr -d -)
    case "$day" in
    *[!0-9]* | '')
        skip "the day of the last launch of image $1 is not known"
        return 1
        ;;
    esac
    [ "$day" -lt "$since" ] || skip "an instance was launched from image $1"
}

# The Recycle Bin does not keep image $1.
not_in_bin() {
    ask ec2 list-images-in-recycle-bin --query 'Images[].[ImageId]' ||
        skip "AWS did not answer: ec2 list-images-in-recycle-bin" || return 1
    case "$newline$answer$newline" in
    *"$newline$1$newline"*) skip "the Recycle Bin keeps image $1" ;;
    esac
}

# Say what would be done, or do it.
act() {
    if [ "$really" = no ]; then
        echo "would run: aws $* --region $region"
    elif aws "$@" --region "$region" >/dev/null; then
        echo "done: aws $* --region $region"
    else
        skip "AWS refused: aws $*"
    fi
}

# The images $1 that the plan keeps as the newest of the service are still there: else this one would be one of them.
newest_are_there() {
    [ -n "$1" ] || return 0
    ask ec2 describe-images --owners self --include-deprecated --include-disabled --filters "Name=image-id,Values=$1" \
        --query "Images[?State=='available'].[ImageId]" || skip "AWS did not answer: ec2 describe-images" || return 1
    for one in $(printf '%s' "$1" | tr , ' '); do
        case "$newline$answer$newline" in
        *"$newline$one$newline"*) ;;
        *)
            skip "image $one, which is newer and which the plan keeps, is gone or disabled"
            return 1
            ;;
        esac
    done
}

# image ID STATE SNAPSHOTS TAGS NEWEST, then SNAPSHOT STATE TAGS for each snapshot that goes with it
image() {
    row=$1 image=$1 ok=yes
    rows=$((rows + 1))
    { [ "$known" = yes ] && read_launches; } ||
        skip "AWS did not answer: launch configurations, launch templates and groups in $region" || ok=no
    [ "$ok" = no ] || { newest_are_there "$5" && free_image "$1" "$2" "$3" "$4"; } || ok=no
    shift 5
    free_snapshots "$@"
    if [ "$ok" = no ]; then
        skipped=$((skipped + 1))
        return 0
    fi
    # The Recycle Bin has to be readable before the image goes, as its answer then decides about the snapshots.
    not_in_bin "$image" && act ec2 deregister-image --image-id "$image" || ok=no
    [ "$ok" = no ] || [ "$really" = no ] || not_in_bin "$image" || ok=no
    while [ $# -gt 0 ] && [ "$ok" = yes ]; do
        act ec2 delete-snapshot --snapshot-id "$1" || ok=no
        shift 3
    done
    [ "$ok" = yes ] || skipped=$((skipped + 1))
}

free_snapshots() {
    while [ $# -gt 0 ] && [ "$ok" = yes ]; do
        free_snapshot "$1" "$2" "$3" "$image" || ok=no
        shift 3
    done
}

# snapshot ID STATE TAGS IMAGE
snapshot() {
    row=$1 ok=yes
    rows=$((rows + 1))
    { [ "$known" = yes ] && read_launches; } ||
        skip "AWS did not answer: launch configurations, launch templates and groups in $region" || ok=no
    if [ "$ok" = yes ] && free_snapshot "$1" "$2" "$3" "" && not_in_bin "$4" &&
        nothing "image $4 is there" ec2 describe-images --include-deprecated --include-disabled \
            --filters "Name=image-id,Values=$4" --query "Images[?State!='deregistered'].[ImageId]" &&
        act ec2 delete-snapshot --snapshot-id "$1"; then
        return 0
    fi
    skipped=$((skipped + 1))
}

# Say how many rows there were. The exit status is 1 if any was skipped.
finish() {
    done_with=$((rows - skipped))
    if [ "$really" = yes ]; then
        echo "$done_with of $rows rows were let go, $skipped were skipped"
    else
        echo "$done_with of $rows rows would be let go, $skipped would be skipped; sh $0 --really lets them go"
    fi
    [ "$skipped" -eq 0 ]
}

rows=0
skipped=0
ask sts get-caller-identity --query Account || {
    echo "AWS does not say whose keys these are: log in, or set AWS_PROFILE" >&2
    exit 1
}
[ "$answer" = "$account" ] || {
    echo "these keys are of the account $answer, and the plan is of $account: set AWS_PROFILE" >&2
    exit 1
}
