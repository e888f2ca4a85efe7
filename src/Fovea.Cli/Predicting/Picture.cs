using Fovea.Imaging;

namespace Fovea.Cli.Predicting;

/// <summary>A picture that was asked for.</summary>
/// <param name="Name">What it is called in the answer: its path, or a hyphen for the standard input.</param>
/// <param name="Read">Decodes it.</param>
internal sealed record Picture(string Name, Func<Image> Read);
