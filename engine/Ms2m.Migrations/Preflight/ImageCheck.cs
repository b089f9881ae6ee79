using Ms2m.Contracts;

namespace Ms2m.Migrations.Preflight;

/// <summary>Whether the target has the workload's image, by its name.</summary>
internal static class ImageCheck
{
    public static PreCheckVerdict? Judge(Checked one)
    {
        if (one.Target.Surroundings is not { } there)
        {
            return null;
        }

        var image = one.Candidate.Spec.Image;
        // A kubelet fetches what it needs, and names only some of what it has. CRI-O restores only upon what is there, and its
        // node's worker looks for itself.
        if (one.Candidate.Spec.Pod is not null)
        {
            return null;
        }

        var tagged = image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal) ? image : $"{image}:latest";
        if (there.Images.Contains(tagged) || there.Images.Any(name => name.EndsWith($"/{tagged}", StringComparison.Ordinal)))
        {
            return Say.Ok("image", $"{image} is on the target.");
        }

        // What the kubelet lists of a node's images is not all of them.
        if (one.Candidate.Spec.Pod is not null)
        {
            return Say.Warn("image", $"{image} is not among the images that the target's kubelet lists.",
                "containerd pulls it from its registry; a node with CRI-O must have it.");
        }

        // A short name or a digest may mean an image that is listed by another name: its runtime knows, when it is asked.
        return IsFull(image)
            ? Say.No("image", Failures.ImageMissing(image, one.Target.Node))
            : Say.Warn("image", $"{image} is not listed by that name on the target, which will look again.", "Name images in full.");
    }

    private static bool IsFull(string image) =>
        !image.Contains('@', StringComparison.Ordinal) && image.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
        && (image[..slash].Contains('.', StringComparison.Ordinal) || image[..slash].Contains(':', StringComparison.Ordinal) || image[..slash] == "localhost");
}
