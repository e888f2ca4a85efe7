namespace Fovea.Training;

/// <summary>How well a model did on one image of an evaluation.</summary>
/// <param name="Index">Number of the image in the data.</param>
/// <param name="Name">Path of the image in the data.</param>
/// <param name="Goodness">The larger, the better; it compares images of one evaluation.</param>
/// <param name="Verdict">The same in words: <c>cat 93 %, is dog</c>.</param>
/// <param name="Predicted">The class that the model saw; null for tasks without one for each image.</param>
public sealed record JudgedImage(int Index, string Name, double Goodness, string Verdict, int? Predicted = null);
