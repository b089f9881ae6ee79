namespace Ms2m.Fuzzing;

/// <summary>Runs a property on many inputs. Each has a seed of its own, printed when the property fails; the same seeds
/// come every time, so that a green suite stays green. <c>MS2M_FUZZ_TIMES=100</c> runs a hundred times as many, and
/// <c>MS2M_FUZZ_SEED=17</c> only that one.</summary>
internal static class Fuzz
{
    /// <summary>Nothing that is read here takes a hundredth of it: longer is a hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void Each(int cases, Action<Random> property) => EachAsync(cases, random =>
    {
        property(random);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    public static async Task EachAsync(int cases, Func<Random, Task> property)
    {
        foreach (var seed in Seeds(cases))
        {
            try
            {
                // On another thread: a loop without an end would else be this thread's.
                await Task.Run(() => property(new Random(seed))).WaitAsync(Patience);
            }
            catch (Exception failure)
            {
                throw new FuzzFailure(seed, failure);
            }
        }
    }

    private static IEnumerable<int> Seeds(int cases) =>
        Number("MS2M_FUZZ_SEED") is { } one ? [one] : Enumerable.Range(1, cases * (Number("MS2M_FUZZ_TIMES") ?? 1));

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;
}

internal sealed class FuzzFailure(int seed, Exception failure)
    : Exception($"With MS2M_FUZZ_SEED={seed}: {failure.GetType().Name}: {failure.Message}", failure);
