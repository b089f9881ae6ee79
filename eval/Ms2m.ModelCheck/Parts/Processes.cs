using Ms2m.Contracts;
using Ms2m.ModelCheck.Mutants;
using Ms2m.Workload;

namespace Ms2m.ModelCheck.Parts;

/// <summary>All process states met so far, each once, and what each input leads to. The same process can be in millions of
/// states of the whole; its code is executed once for each of its own states and inputs.</summary>
internal sealed class Processes(Numbers<IMigrationMessage> messages, Mutant mutant, int window, int failing)
{
    private readonly Numbers<byte[]> seen = new(BytesAreEqual.Instance);
    private readonly List<Process> all = [];
    private readonly Dictionary<(int Process, Input Input), Step> steps = [];
    private readonly Canonical canonical = new(messages);
    private readonly ProcessRunner runner = new(messages, mutant, failing);

    public int Count => all.Count;

    public int Steps => steps.Count;

    public Process this[int number] => all[number];

    /// <summary>A fresh workload process that has never had a connection.</summary>
    public int Start(string id)
    {
        var memory = new Instance(window);
        memory.LinkLost();
        return Keep(new Process { Memory = memory, Id = id });
    }

    public Step Do(int process, Input input)
    {
        if (!steps.TryGetValue((process, input), out var step))
        {
            var after = all[process].Clone();
            try
            {
                step = runner.Run(after, input);
                step.Next = Keep(after);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Whatever the code under test throws is a finding, and wants its story told.
                step = new Step { Next = process, Violation = $"{all[process].Id} throws at {input.Kind}: {error.Message}" };
            }
            steps.Add((process, input), step);
        }
        return step;
    }

    /// <summary>Processes that are not what they were when they were met first: a copy of them shares memory with them.</summary>
    public IEnumerable<int> Changed() =>
        Enumerable.Range(0, all.Count).Where(number => !canonical.Of(all[number]).AsSpan().SequenceEqual(seen[number]));

    private int Keep(Process process)
    {
        var number = seen.Of(canonical.Of(process));
        if (number == all.Count)
        {
            all.Add(process);
        }
        return number;
    }

    private sealed class BytesAreEqual : IEqualityComparer<byte[]>
    {
        public static readonly BytesAreEqual Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }
}
