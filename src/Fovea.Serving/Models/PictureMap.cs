using Fovea.Imaging;
using Fovea.Inspect;

namespace Fovea.Serving.Models;

/// <summary>What map of a picture is asked for beside the answer.</summary>
/// <param name="Method">The method, as <c>fovea explain</c> names it.</param>
/// <param name="Target">A class, two with a hyphen between them, or a pixel; null for what the model sees.</param>
internal sealed record LookRequest(string Method, string? Target);

/// <summary>Where the model looked.</summary>
/// <param name="Map">The map, before any resize.</param>
/// <param name="Target">What it was asked for, in words; empty for maps that are asked nothing.</param>
/// <param name="Seen">The part of the picture that it lies over.</param>
internal sealed record PictureMap(ScalarMap Map, string Target, Image Seen);
