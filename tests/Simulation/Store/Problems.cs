using Ms2m.Kubernetes.Api;

namespace Ms2m.Tests.Simulation;

/// <summary>What the server says when it refuses, in its own words.</summary>
internal static class Problems
{
    public static ApiProblem NotFound(ObjectKey key) => new(404, "NotFound", $"{key.Resource} \"{key.Name}\" not found");

    public static ApiProblem AlreadyExists(ObjectKey key) =>
        new(409, "AlreadyExists", $"{key.Resource} \"{key.Name}\" already exists");

    public static ApiProblem Modified(ObjectKey key) => Conflict(
        key.Resource, key.Name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiProblem WrongUid(ObjectKey key, string wanted, string actual) => Conflict(
        key.Resource, key.Name, $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");

    // Preconditions of a deletion are answered with the kind, those of an update with the resource.
    public static ApiProblem DeletesAnotherUid(Resource resource, string name, string wanted, string actual) => Conflict(
        resource.KindName, name, $"the UID in the precondition ({wanted}) does not match the UID in record ({actual}). The object might have been deleted and then recreated");

    public static ApiProblem DeletesAnotherVersion(Resource resource, string name, string wanted, string? actual) => Conflict(
        resource.KindName, name, $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({actual}). The object might have been modified");

    public static ApiProblem Invalid(string kind, string name, string field, string why) =>
        new(422, "Invalid", $"{kind} \"{name}\" is invalid: {field}: {why}") { Causes = [$"{field}: {why}"] };

    public static ApiProblem TestFailed { get; } =
        new(422, "Invalid", "the server rejected our request due to an error in our request");

    public static ApiProblem BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiProblem UnknownPatch { get; } = new(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");

    private static ApiProblem Conflict(string what, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {what} \"{name}\": {why}");
}
