using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Asks a segmentation model about pictures at their own resolution, in windows. Of a picture as large as it is looked at, no more is held than
/// the picture, the mask and a band of logits as high as a window.
/// </summary>
internal sealed class WindowedMaskReader(MaskReader masks, int classes) : IPictureReader
{
    public IReadOnlyList<IPrediction> Read(Tensor outputs, IReadOnlyList<Image> images, IReadOnlyList<string> names) => masks.Read(outputs, images, names);

    public IPrediction Read(Func<Tensor, Tensor> model, SamplePipeline pipeline, int batchSize, Image image, string name) =>
        masks.Of(Classes(model, pipeline, batchSize, classes, image, name), name);

    /// <summary>The class of each pixel.</summary>
    /// <param name="model">Takes windows [N, C, height, width], gives [N, classes, …].</param>
    /// <param name="pipeline">What is done to a window; its options say how windows lie.</param>
    /// <param name="batchSize">Windows at a time.</param>
    /// <param name="classes">Classes of the model.</param>
    /// <param name="image">The picture.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="DataException">The model's outputs are not finite.</exception>
    public static Image Classes(Func<Tensor, Tensor> model, SamplePipeline pipeline, int batchSize, int classes, Image image, string name)
    {
        using IDisposable still = GradMode.NoGrad();
        WindowView[] views = WindowView.Of((image.Width, image.Height), pipeline.Options.ImageSize, pipeline.Options.Windows!);
        var mask = new Image(image.Width, image.Height, PixelFormat.Grey);
        bool isPlain = views is [{ Grid: var grid }] && grid.Width == image.Width && grid.Height == image.Height;
        PictureLogits? whole = isPlain ? null : new PictureLogits(classes, image.Width, image.Height);
        foreach (WindowView view in views)
        {
            var sums = new WindowSums(classes, view.Grid, whole?.Begin(view) ?? Take);
            Image shown = view.Show(image, pipeline.Options.Filter);
            foreach (int[] windows in Enumerable.Range(0, view.Grid.Count).Chunk(batchSize))
            {
                using TensorScope scope = TensorScope.Begin();
                Tensor outputs = model(pipeline.ToInput([.. windows.Select(w => view.Window(shown, w))]));
                DenseOutput.Check(outputs, windows.Length, classes);
                FiniteOutputs.Check(outputs, [.. windows.Select(_ => name)]);
                outputs = DenseOutput.OfSize(outputs, view.Grid.Window);
                int size = outputs.Elements / windows.Length;
                for (int i = 0; i < windows.Length; i++)
                {
                    sums.Add(outputs.AsSpan<float>().Slice(i * size, size));
                }
            }
        }

        if (whole is not null)
        {
            using TensorScope scope = TensorScope.Begin();
            Take(0, whole.Logits());
        }

        return mask;

        void Take(int first, Tensor logits) =>
            DenseOutput.Best(logits.AsSpan<float>(), classes, mask.Pixels.AsSpan(first * mask.Width, logits.Shape[2] * mask.Width));
    }
}
