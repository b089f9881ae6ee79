namespace Ms2m.Contracts;

/// <summary>Something that went wrong, as data a program can act on and a sentence a person can.</summary>
/// <param name="Code">Stable code such as <c>MS2M-0102</c>; all are listed in docs/errors.md.</param>
/// <param name="Message">What is wrong, in a sentence.</param>
/// <param name="Remedy">What to do about it, in a sentence.</param>
public sealed record Failure(string Code, string Message, string Remedy)
{
    public override string ToString() => $"{Code}: {Message} {Remedy}";
}
