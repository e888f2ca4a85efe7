namespace Fovea.Training;

/// <summary>One picture of a <see cref="SplitRecord"/>.</summary>
/// <param name="Part">Where it is: <see cref="Train"/>, <see cref="Val"/> or <see cref="Unused"/>.</param>
/// <param name="Image">Its name: the path within the data.</param>
/// <param name="Class">The name of its class; empty where the labels are in masks, and where it is not used.</param>
/// <param name="Content">What tells its pixels from others; empty where it was not read.</param>
internal readonly record struct SplitEntry(string Part, string Image, string Class, string Content)
{
    /// <summary>Pictures that are trained on.</summary>
    public const string Train = "train";

    /// <summary>Pictures of the validation.</summary>
    public const string Val = "val";

    /// <summary>Pictures of the training set that <c>--fraction</c> leaves out.</summary>
    public const string Unused = "unused";
}
