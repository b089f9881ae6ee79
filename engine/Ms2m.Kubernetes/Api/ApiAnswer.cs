namespace Ms2m.Kubernetes.Api;

/// <summary>What the server gave, or why it gave nothing.</summary>
public readonly struct ApiAnswer<T>
{
    private readonly T? _value;

    private ApiAnswer(T? value, ApiProblem? problem) => (_value, Problem) = (value, problem);

    /// <summary>Null when it was granted.</summary>
    public ApiProblem? Problem { get; }

    /// <exception cref="InvalidOperationException">There is none: look at <see cref="Problem"/> first.</exception>
    public T Value => Problem is null ? _value! : throw new InvalidOperationException($"Nobody looked at the problem: {Problem.Message}");

    public static implicit operator ApiAnswer<T>(T value) => new(value, null);

    public static implicit operator ApiAnswer<T>(ApiProblem problem) => new(default, problem);
}

/// <summary>It was done, and there is nothing more to say.</summary>
public readonly record struct Done;

/// <summary>Why the server refused, from its Status object or from the plain text of a kubelet.</summary>
/// <param name="Code">HTTP status; 0 when there was no answer at all.</param>
/// <param name="Reason">The word for machines, such as <c>NotFound</c>, <c>AlreadyExists</c>, <c>Conflict</c>; empty when the
/// server gave none. Without an answer it is one of those named here.</param>
/// <param name="Message">For people.</param>
public sealed record ApiProblem(int Code, string Reason, string Message)
{
    /// <summary>Nobody is there.</summary>
    public const string Unreachable = nameof(Unreachable);

    /// <summary>It is not the server that was meant, or it does not take our certificate.</summary>
    public const string Untrusted = nameof(Untrusted);

    /// <summary>There is no token or certificate to show.</summary>
    public const string LoginFailed = nameof(LoginFailed);

    /// <summary>The connection broke before the answer was here.</summary>
    public const string Broken = nameof(Broken);

    /// <summary>The answer did not come in time.</summary>
    public const string Timeout = nameof(Timeout);

    /// <summary>The server did what it was asked, and what was waited for afterwards did not come in time.</summary>
    public const string Waiting = nameof(Waiting);

    /// <summary>There was an answer, but it makes no sense.</summary>
    public const string Unreadable = nameof(Unreadable);

    /// <summary>What the server asks to wait before it is asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Names of fields that were refused, and why.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    public bool IsMissing => Code == 404;

    /// <summary>There is one of that name already.</summary>
    public bool Exists => Code == 409 && Reason == "AlreadyExists";

    /// <summary>It has changed since it was read, or is not the one that was meant. A patch that names another one's uid is said to
    /// be invalid.</summary>
    public bool IsConflict => (Code == 409 && Reason != "AlreadyExists") || (Code == 422 && Causes.Any(OfUid));

    /// <summary>We may not, or are not known.</summary>
    public bool IsForbidden => Code is 401 or 403;

    /// <summary>The server has not heard of the call: nothing was done, and another way to it may be tried.</summary>
    public bool IsUnheard => Code == 0 && Reason is (Unreachable or Untrusted or LoginFailed);

    /// <summary>The same call may succeed later.</summary>
    public bool IsPassing => Code is 0 or 408 or 429 or 500 or 502 or 503 or 504;

    private static bool OfUid(string cause) => cause.StartsWith("metadata.uid:", StringComparison.Ordinal);
}

/// <summary>The server will not let us, however often it is asked.</summary>
public sealed class KubernetesRefusedException(ApiProblem problem) : Exception(problem.Message)
{
    public ApiProblem Problem { get; } = problem;
}
