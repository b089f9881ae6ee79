using Ms2m.Contracts;

namespace Ms2m.Eval;

/// <summary>The measurement could not be made; says nothing about what would have been measured.</summary>
public sealed class CannotMeasureException(Failure reason) : Exception(reason.Message)
{
    public CannotMeasureException(string code, string message, string remedy)
        : this(new Failure(code, message, remedy))
    {
    }

    public Failure Reason { get; } = reason;
}
