using System.Diagnostics;
using System.Globalization;
using Ms2m.Cli.Display;

namespace Ms2m.LogTool;

/// <summary>Progress of long work: one line on a terminal, nothing else in a file.</summary>
internal sealed class Counting
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private double _told;

    public double Seconds => Stopwatch.GetElapsedTime(_begun).TotalSeconds;

    public void Tell(FormattableString what)
    {
        if (Output.HasTerminal && Seconds - _told > 0.2)
        {
            _told = Seconds;
            Console.Error.Write($"\r\u001b[K{what.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    public void Done()
    {
        if (Output.HasTerminal && _told > 0)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }
}
