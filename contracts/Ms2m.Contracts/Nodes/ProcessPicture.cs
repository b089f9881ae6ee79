namespace Ms2m.Contracts;

/// <summary>What of an instance's processes decides whether and where they can be restored, as its node last saw them.</summary>
/// <param name="Processes">How many there are.</param>
/// <param name="Ports">TCP ports on which they listen in their node's own network; empty with a network of their own.</param>
/// <param name="Obstacles">What they have open or are that a checkpoint cannot hold; at most ten.</param>
public sealed record ProcessPicture(int Processes, IReadOnlyList<int> Ports, IReadOnlyList<Obstacle> Obstacles);

/// <summary>Something that a checkpoint cannot hold.</summary>
/// <param name="What">Such as a path or a device.</param>
/// <param name="Why">One sentence.</param>
public sealed record Obstacle(string What, string Why);
