using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>What an evaluation needs of a picture with boxes: the truth in its own pixels, and where what the network sees lies in it.</summary>
/// <param name="Boxes">The objects, in pixels of the picture.</param>
/// <param name="Width">Width of the picture in pixels.</param>
/// <param name="Height">Height of the picture in pixels.</param>
/// <param name="Place">Where the picture lies in the network's input.</param>
internal sealed record KeptBoxes(IReadOnlyList<LabelledBox> Boxes, int Width, int Height, Framing Place);
