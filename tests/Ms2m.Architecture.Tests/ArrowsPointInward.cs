namespace Ms2m.Architecture.Tests;

/// <summary>Who may know whom. An arrow that points out makes the inner part impossible to understand, test or replace
/// alone.</summary>
public sealed class ArrowsPointInward
{
    /// <summary>Everything a project may reference; a project that is not here may not exist.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Ms2m.Contracts"] = [],
        ["Ms2m.Workload"] = ["Ms2m.Contracts"],
        ["Ms2m.Migrations"] = ["Ms2m.Contracts"],
        ["Ms2m.Kubernetes"] = ["Ms2m.Contracts"],
        ["Ms2m.EventLog"] = [],
        ["Ms2m.History"] = ["Ms2m.Contracts", "Ms2m.Migrations", "Ms2m.EventLog"],
        ["Ms2m.Engine"] = ["Ms2m.Contracts", "Ms2m.Kubernetes", "Ms2m.Migrations", "Ms2m.EventLog", "Ms2m.History"],
        ["Ms2m.LogTool"] = ["Ms2m.Contracts", "Ms2m.Migrations", "Ms2m.EventLog", "Ms2m.History"],
        ["Ms2m.Cli"] = ["Ms2m.Contracts"],
        ["Ms2m.NodeWorker"] = ["Ms2m.Contracts", "Ms2m.Kubernetes"],
        ["orders"] = ["Ms2m.Workload", "Ms2m.Contracts"],
        ["Ms2m.Publisher"] = [],
        ["Ms2m.Checker"] = ["Ms2m.Publisher"],
        ["Ms2m.Clients"] = [],
        ["memory"] = [],
        ["Ms2m.ModelCheck"] = ["Ms2m.Contracts", "Ms2m.Workload", "Ms2m.Migrations"],
        ["Ms2m.Eval"] = ["Ms2m.Contracts", "Ms2m.Workload", "Ms2m.Publisher", "Ms2m.Checker", "Ms2m.Clients"],
    };

    public static TheoryData<string> Products =>
        [.. ProjectFile.All.Where(project => !project.IsTest).Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Products))]
    public void a_project_references_only_what_lies_further_inside(string name)
    {
        Assert.True(Allowed.ContainsKey(name), $"{name} is not in the list of allowed references: say where it belongs.");
        Assert.Subset(Allowed[name].ToHashSet(), ProjectFile.Named(name).Projects.ToHashSet());
    }

    [Fact]
    public void nobody_references_a_test()
    {
        var tests = ProjectFile.All.Where(project => project.IsTest).Select(project => project.Name).ToHashSet();
        foreach (var project in ProjectFile.All)
        {
            Assert.DoesNotContain(project.Projects, tests.Contains);
        }
    }

    [Fact]
    public void contracts_depend_on_no_package() => Assert.Empty(ProjectFile.Named("Ms2m.Contracts").Packages);

    [Fact]
    public void the_core_uses_no_package_but_the_analyzer_that_guards_it() =>
        Assert.Subset(
            new HashSet<string> { "Microsoft.CodeAnalysis.BannedApiAnalyzers" },
            ProjectFile.Named("Ms2m.Migrations").Packages.ToHashSet());

    [Fact]
    public void the_event_log_knows_the_database_and_nothing_else() =>
        Assert.Subset(new HashSet<string> { "Npgsql" }, ProjectFile.Named("Ms2m.EventLog").Packages.ToHashSet());

    [Fact]
    public void the_workload_sdk_brings_only_the_amqp_client() =>
        Assert.Subset(new HashSet<string> { "RabbitMQ.Client" }, ProjectFile.Named("Ms2m.Workload").Packages.ToHashSet());

    [Fact]
    public void the_checker_shares_no_code_with_what_it_judges()
    {
        foreach (var file in Repository.Files.Where(file => file.StartsWith("eval/workloads/checker/", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("using Ms2m.Workload", Repository.Read(file), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Ms2m.Engine")]
    [InlineData("Ms2m.Migrations")]
    [InlineData("Ms2m.EventLog")]
    public void the_command_line_knows_only_the_http_api(string inside)
    {
        foreach (var file in Repository.Files.Where(file => file.StartsWith("engine/Ms2m.Cli/", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain($"using {inside}", Repository.Read(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void sources_are_shared_by_link_only_for_the_client_of_the_http_api_its_pictures_and_its_options_and_among_tests()
    {
        foreach (var project in ProjectFile.All)
        {
            var allowed = project.IsTest ? "^[.][.]/(Fuzzing|Lab|Simulation)/|Ms2m[.]Cli/(Api|Display|Moving)/" : "Ms2m[.]Cli/(Api|Display|Moving)/";
            Assert.All(project.LinkedFiles, linked => Assert.Matches(allowed, linked));
        }
    }
}
