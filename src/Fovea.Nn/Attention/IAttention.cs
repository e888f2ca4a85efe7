namespace Fovea.Attention;

/// <summary>
/// Implemented by every mechanism: its card, and the way to build it from options. One line in <see cref="Catalog"/> lists it; most are
/// derived from <see cref="Mechanism{TSelf}"/>, which turns the options into properties.
/// </summary>
/// <typeparam name="TSelf">The mechanism.</typeparam>
public interface IAttention<TSelf> : IMechanism
    where TSelf : Module, IAttention<TSelf>
{
    /// <summary>All there is to say about the mechanism.</summary>
    static abstract Card Card { get; }

    /// <summary>Builds it.</summary>
    /// <exception cref="OptionException">Options do not go together.</exception>
    static abstract TSelf Create(AttentionOptions options);
}
