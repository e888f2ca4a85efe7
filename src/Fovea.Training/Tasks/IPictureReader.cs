using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>A reader that asks the model itself, about one picture at a time and in as many parts as it takes. Used from many threads at once.</summary>
public interface IPictureReader : IOutputReader
{
    /// <summary>Asks the model about a picture.</summary>
    /// <param name="model">The model, in evaluation mode.</param>
    /// <param name="pipeline">What turns a part of a picture into the model's input.</param>
    /// <param name="batchSize">Parts that the model is to be given at a time.</param>
    /// <param name="image">The picture.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="DataException">The model's outputs are not finite.</exception>
    IPrediction Read(Func<Tensor, Tensor> model, SamplePipeline pipeline, int batchSize, Image image, string name);
}
