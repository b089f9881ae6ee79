using Ms2m.Contracts;

namespace Ms2m.Engine.Cluster;

/// <summary>The newest report of a node, and when the engine got it. Silence is measured on the engine's clock, so a
/// node whose clock is wrong is not taken for down.</summary>
public sealed record NodeView(NodeReported Report, DateTimeOffset ReceivedAt);
