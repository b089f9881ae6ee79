using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Ms2m.Eval;

/// <summary>A number on the command line, with its default and its bounds.</summary>
internal static class NumberOption
{
    public static Option<T> Create<T>(string name, string description, T usual, string help, T least, T most)
        where T : struct, INumber<T>
    {
        var option = new Option<T>(name)
        {
            Description = description,
            DefaultValueFactory = _ => usual,
            HelpName = help,
        };
        option.Validators.Add(result =>
        {
            // What is no number at all is reported by the parser itself.
            if (result.Tokens.Count == 1
                && T.TryParse(result.Tokens[0].Value, NumberStyles.Any, CultureInfo.InvariantCulture, out var value)
                && (value < least || value > most))
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture, $"{name} must be from {least} to {most}, not {value}."));
            }
        });
        return option;
    }
}
