using System.Net.Http.Headers;
using System.Text;
using Ms2m.History.Exporting;
using Ms2m.History.Timelines;

namespace Ms2m.LogTool.Exporting;

/// <summary>Writes a part of the log in one of the forms that other tools read. None of them holds more than a page of it.</summary>
internal sealed class Exports(LogStore store, LogSlice slice, CancellationToken cancel)
{
    private const int SpansOfAtOnce = 20;

    /// <summary>How many events, or migrations, were written.</summary>
    public long Written { get; private set; }

    public async Task JsonLinesAsync(TextWriter to)
    {
        await foreach (var one in slice.RowsAsync(store.Source, cancel))
        {
            await to.WriteLineAsync(JsonLines.Write(one).AsMemory(), cancel);
            Written++;
        }
    }

    public async Task CsvAsync(TextWriter to)
    {
        await to.WriteLineAsync(Csv.Header.AsMemory(), cancel);
        await foreach (var one in slice.RowsAsync(store.Source, cancel))
        {
            await to.WriteLineAsync(Csv.Line(one).AsMemory(), cancel);
            Written++;
        }
    }

    public async Task TraceAsync(TextWriter to)
    {
        var trace = new ChromeTrace();
        var separator = "\n";
        await to.WriteAsync(ChromeTrace.Begin.AsMemory(), cancel);
        await foreach (var history in slice.MigrationsAsync(store.Source, store.Types, cancel))
        {
            foreach (var entry in trace.Entries(history))
            {
                await to.WriteAsync((separator + entry).AsMemory(), cancel);
                separator = ",\n";
            }

            Written++;
        }

        await to.WriteLineAsync(ChromeTrace.End.AsMemory(), cancel);
    }

    public async Task SpansAsync(TextWriter to)
    {
        await foreach (var request in RequestsAsync())
        {
            await to.WriteLineAsync(request.AsMemory(), cancel);
        }
    }

    /// <exception cref="HttpRequestException">The collector does not answer, or refuses.</exception>
    public async Task PostSpansAsync(Uri endpoint)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var address = endpoint.AbsolutePath == "/" ? new Uri(endpoint, "/v1/traces") : endpoint;
        await foreach (var request in RequestsAsync())
        {
            using var content = new StringContent(request, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using var answer = await http.PostAsync(address, content, cancel);
            answer.EnsureSuccessStatusCode();
        }
    }

    private async IAsyncEnumerable<string> RequestsAsync()
    {
        var batch = new List<MigrationHistory>();
        await foreach (var history in slice.MigrationsAsync(store.Source, store.Types, cancel))
        {
            batch.Add(history);
            Written++;
            if (batch.Count == SpansOfAtOnce)
            {
                yield return OtlpSpans.Request(batch);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            yield return OtlpSpans.Request(batch);
        }
    }
}
