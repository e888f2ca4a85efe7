using Fovea.Imaging;

namespace Fovea.Training;

/// <summary>Shows the labels of a batch, as the loss gets them, in a picture of it. By default nothing of them is shown.</summary>
public interface ILabelDrawing
{
    /// <summary>Whether there is a line below each image.</summary>
    bool HasCaptions => false;

    /// <summary>The line below an image.</summary>
    /// <param name="targets">The labels of the batch, or the shares of the classes in mixed images.</param>
    /// <param name="number">The image's place in the batch.</param>
    string Caption(Tensor targets, int number) => string.Empty;

    /// <summary>An image with its label drawn over it.</summary>
    /// <param name="image">The image as the model gets it.</param>
    /// <param name="targets">The labels of the batch.</param>
    /// <param name="number">The image's place in the batch.</param>
    Image Over(Image image, Tensor targets, int number) => image;

    /// <summary>What the colours in the images mean.</summary>
    /// <param name="targets">The labels of the batch.</param>
    /// <param name="count">How many of its images are drawn.</param>
    IReadOnlyList<(string Name, byte Red, byte Green, byte Blue)> Legend(Tensor targets, int count) => [];
}
