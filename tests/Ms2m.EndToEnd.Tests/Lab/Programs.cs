using System.Diagnostics;

namespace Ms2m.EndToEnd.Tests.Lab;

/// <summary>Runs the product's own programs as a user would. The script before them would look for something to build first.</summary>
internal static class Programs
{
    public static Task<Said> Client(CancellationToken cancel, params ReadOnlySpan<string> words) => Run("cli/ms2m", words.ToArray(), cancel);

    public static Task<Said> Log(CancellationToken cancel, params ReadOnlySpan<string> words) => Run("log/ms2m-log", words.ToArray(), cancel);

    private static async Task<Said> Run(string program, string[] words, CancellationToken cancel)
    {
        using var command = Process.Start(new ProcessStartInfo(
            Path.Combine(Environment.GetEnvironmentVariable("MS2M_ARTIFACTS")!, program), words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = command.StandardError.ReadToEndAsync(cancel);
        var output = await command.StandardOutput.ReadToEndAsync(cancel);
        await command.WaitForExitAsync(cancel);
        return new Said(command.ExitCode, output, await errors);
    }
}

/// <summary>What a program said.</summary>
internal sealed record Said(int ExitCode, string Output, string Errors)
{
    public Said Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Errors} {Output}");
        return this;
    }
}
