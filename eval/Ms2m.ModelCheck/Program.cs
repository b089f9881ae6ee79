using System.CommandLine;
using System.Globalization;
using Ms2m.ModelCheck;
using Ms2m.ModelCheck.Checking;
using Ms2m.ModelCheck.Mutants;

var messages = Number("--messages", "Messages that come into Q", 3, 0, 60);
var publishers = Number("--publishers", "Publishers that they come from", 2, 1, 3);
var crashes = Number("--crashes", "Faults of any kind on one way: deaths, lost connections, repeats, early deadlines, …", 1, 0, 9);
var window = Number("--window", "Deliveries that Q sends before it waits for answers", 2, 1, 20);
var walks = Number("--walks", "Walk so many ways by chance instead of visiting every state", 0, 0, 10_000_000);
var seed = Number("--seed", "Number of the first walk", 1, 0, int.MaxValue);
var migrations = Number("--migrations", "A second migration follows one that did not move the workload", 1, 1, 2);
var kinds = new Option<Fault>("--faults") { Description = "Which kinds of faults", DefaultValueFactory = _ => Fault.All };
var mutants = new Option<bool>("--mutants") { Description = "Show that every seeded mistake is found" };
var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };

var root = new RootCommand("Walks the real decisions of engine and workload through every interleaving within bounds.")
{
    messages, publishers, crashes, window, walks, seed, migrations, kinds, mutants, json,
};
root.SetAction((parsed, stop) =>
{
    var bounds = new Bounds
    {
        Messages = parsed.GetValue(messages),
        Publishers = parsed.GetValue(publishers),
        Faults = parsed.GetValue(crashes),
        Window = parsed.GetValue(window),
        Migrations = parsed.GetValue(migrations),
        Kinds = parsed.GetValue(kinds),
    };
    var quiet = parsed.GetValue(json);
    var checks = parsed.GetValue(mutants) ? Catalogue.All.Select(each => MutantCheck.Run(each.Mutant, each.Bounds))
        : parsed.GetValue(walks) is > 0 and var count
            ? [Check.Walks("ways by chance", bounds, count, parsed.GetValue(seed), Progress(quiet), stop)]
            : Check.ByKind(bounds).Select(each => Check.Everything(each.Name, each.Bounds, Progress(quiet), stop));
    return Task.FromResult(Report(checks, quiet, mistakes: parsed.GetValue(mutants), stop));
});
return await root.Parse(args).InvokeAsync();

static int Report(IEnumerable<Check> checks, bool quiet, bool mistakes, CancellationToken stop)
{
    var done = new List<Check>();
    if (!quiet)
    {
        Console.WriteLine(CheckText.Header);
    }
    foreach (var check in checks)
    {
        done.Add(check);
        if (!quiet)
        {
            Console.WriteLine(CheckText.Line(check));
            Console.Write(check.Story is null ? "" : check.Story + "\n");
        }
        if (stop.IsCancellationRequested)
        {
            return 130;
        }
    }
    if (quiet)
    {
        Console.WriteLine(CheckText.Json(done));
    }
    return done.TrueForAll(check => check.Holds != mistakes) ? 0 : 1;
}

static Action<long, TimeSpan>? Progress(bool quiet) => quiet || Console.IsErrorRedirected ? null : (count, time) =>
    Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{count,14:N0}  {time.TotalSeconds,7:0} s\r"));

static Option<int> Number(string name, string description, int usual, int least, int most)
{
    var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual, HelpName = "N" };
    option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value)
            && (value < least || value > most))
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be from {least} to {most}, not {value}."));
        }
    });
    return option;
}
