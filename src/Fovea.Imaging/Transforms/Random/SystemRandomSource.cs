namespace Fovea.Imaging.Transforms;

/// <summary>Draws from a <see cref="System.Random"/>.</summary>
/// <param name="random">The generator; it is used, not copied.</param>
public sealed class SystemRandomSource(System.Random random) : IRandomSource
{
    private readonly System.Random _random = random ?? throw new ArgumentNullException(nameof(random));

    /// <inheritdoc/>
    public double NextDouble() => _random.NextDouble();

    /// <inheritdoc/>
    public int Next(int max) => _random.Next(max);
}
