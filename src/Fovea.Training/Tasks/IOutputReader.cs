using Fovea.Imaging;

namespace Fovea.Training;

/// <summary>Turns what a model gave into predictions. Used from many threads at once.</summary>
public interface IOutputReader
{
    /// <summary>Reads the outputs for some images.</summary>
    /// <param name="outputs">What the model gave, finite and checked by the task.</param>
    /// <param name="images">The images, at their own sizes.</param>
    /// <param name="names">Their names.</param>
    /// <returns>A prediction for each image.</returns>
    IReadOnlyList<IPrediction> Read(Tensor outputs, IReadOnlyList<Image> images, IReadOnlyList<string> names);
}
