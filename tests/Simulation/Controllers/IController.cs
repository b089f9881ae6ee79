using System.Collections.Immutable;

namespace Ms2m.Tests.Simulation;

/// <summary>A control loop: looks at its view and says which calls it would make.</summary>
internal interface IController
{
    string Name { get; }

    /// <summary>The resources that it hears of.</summary>
    IReadOnlyList<string> Watches { get; }

    ImmutableList<Write> Plan(ControllerMemory memory);

    /// <summary>Which of what was expected the view shows by now.</summary>
    bool Shows(View view, string expected) => true;
}
