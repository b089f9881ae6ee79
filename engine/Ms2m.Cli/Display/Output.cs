using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Spectre.Console;

namespace Ms2m.Cli.Display;

/// <summary>Results go to standard output, everything else to standard error. With JSON, standard output holds exactly
/// one document, also when it went wrong.</summary>
internal sealed class Output(bool json)
{
    private bool _documented;

    public bool Json { get; } = json;

    /// <summary>For tables and timelines. Wide when redirected, so that no column of a log file is cut.</summary>
    public IAnsiConsole Text { get; } = Console(System.Console.Out, System.Console.IsOutputRedirected);

    /// <summary>For progress.</summary>
    public IAnsiConsole Progress { get; } = Console(System.Console.Error, System.Console.IsErrorRedirected);

    public static bool HasTerminal => !System.Console.IsErrorRedirected;

    public void Document<T>(T value)
    {
        _documented = true;
        System.Console.Out.WriteLine(ApiJson.Document(value));
    }

    public static void Line<T>(T value) => System.Console.Out.WriteLine(ApiJson.Line(value));

    public void Say(FormattableString sentence) =>
        (Json ? System.Console.Error : System.Console.Out).WriteLine(sentence.ToString(CultureInfo.InvariantCulture));

    public int Fail(Failure reason, int exitCode)
    {
        System.Console.Error.WriteLine($"ms2m: {reason.Message} [{reason.Code}]");
        System.Console.Error.WriteLine($"      {reason.Remedy}");
        if (Json && !_documented)
        {
            Document(reason);
        }

        return exitCode;
    }

    private static IAnsiConsole Console(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = 160;
        }

        return console;
    }
}
