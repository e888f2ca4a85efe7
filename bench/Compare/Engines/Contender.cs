namespace Fovea.Bench.Compare;

/// <summary>A peer, and which rows it is asked to do.</summary>
/// <param name="Peer">The engine.</param>
/// <param name="Takes">Whether it can do a row.</param>
internal sealed record Contender(Peer Peer, Func<Row, bool> Takes)
{
    /// <summary>Whether a row that it cannot do is not measured at all; else the row goes on without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>What else it should make of a row.</summary>
    public Func<Row, string[]> Wishes { get; init; } = _ => [];
}
