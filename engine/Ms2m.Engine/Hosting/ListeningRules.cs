using System.Net;

namespace Ms2m.Engine.Hosting;

/// <summary>Who may reach the HTTP API moves containers: an address beyond this machine needs a token.</summary>
internal static class ListeningRules
{
    /// <exception cref="EngineOptionsException">The engine would serve strangers, or the token fits into no header.</exception>
    public static EngineOptions Checked(EngineOptions options)
    {
        if (options.ApiToken is { } token && !token.All(letter => letter is > ' ' and < (char)127))
        {
            throw new EngineOptionsException("MS2M_API_TOKEN must be visible ASCII characters without spaces.");
        }

        return options.ApiToken is not null || IsLoopback(options.Listen)
            ? options
            : throw new EngineOptionsException(
                "MS2M_ENGINE_LISTEN is not loopback and MS2M_API_TOKEN is not set: anybody who reaches the address could move "
                + "workloads. Set MS2M_API_TOKEN (or MS2M_API_TOKEN_FILE) to at least 32 characters, or listen on 127.0.0.1.");
    }

    private static bool IsLoopback(string listen)
    {
        try
        {
            return listen.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(BindingAddress.Parse).All(address =>
                address.Host == "localhost"
                || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));
        }
        catch (FormatException)
        {
            throw new EngineOptionsException("MS2M_ENGINE_LISTEN must be an address such as http://127.0.0.1:8480.");
        }
    }
}
