using Ms2m.Contracts;

namespace Ms2m.NodeWorker;

/// <summary>Why something did not work, and whether another attempt may.</summary>
public sealed record Trouble(Failure Reason, bool Retryable)
{
    public override string ToString() => Reason.ToString();
}

/// <summary>What an operation gives where there is nothing to give but that it worked.</summary>
public readonly record struct Done
{
    public static readonly Done It;
}

/// <summary>Either a value or the trouble that prevented it. Exceptions are left for defects and for cancellation.</summary>
public readonly struct Outcome<T>
{
    private readonly T? _value;

    private Outcome(T? value, Trouble? trouble) => (_value, Trouble) = (value, trouble);

    public Trouble? Trouble { get; }

    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Trouble))]
    public bool Failed => Trouble is not null;

    public T Value => Trouble is null
        ? _value!
        : throw new InvalidOperationException($"There is no value, there was trouble: {Trouble}");

    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>For what is known by an interface only, which C# does not convert by itself.</summary>
    internal static Outcome<T> Of(T value) => new(value, null);

    public static implicit operator Outcome<T>(Trouble trouble) => new(default, trouble);
}
