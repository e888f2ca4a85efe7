using System.Numerics.Tensors;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Asks a model about several views of each image and gives the logarithm of the mean of its probabilities, <c>log((p₁ + … + p_K) / K)</c>. The images come
/// in a frame that holds all views; each view of a whole batch is one call of the model, so that a compiled one serves.
/// </summary>
internal sealed class ViewedImages
{
    // The frame of 256 pixels around crops of 224 that papers have.
    private const double UsualFrame = 8.0 / 7;
    private readonly Size2 _size;
    private readonly bool _isDense;
    private readonly (int Top, int Left, bool IsMirrored)[] _views;

    private ViewedImages(TestViews views, Size2 size, Size2 frame, bool isDense)
    {
        (_size, _isDense) = (size, isDense);
        int down = frame.Height - size.Height, right = frame.Width - size.Width;
        (int Top, int Left)[] crops = views.FiveCrop ? [(down / 2, right / 2), (0, 0), (0, right), (down, 0), (down, right)] : [(0, 0)];
        _views = [.. crops.SelectMany(c => views.Flip ? new[] { (c.Top, c.Left, false), (c.Top, c.Left, true) } : [(c.Top, c.Left, false)])];
    }

    /// <summary>What prepares images, and what asks about their views; null where each image is one view, or where windows show the mirrored images.</summary>
    /// <param name="views">The views.</param>
    /// <param name="model">What the model is.</param>
    /// <exception cref="OptionException">What the model gives cannot be averaged over such views.</exception>
    public static (SamplePipeline Pipeline, ViewedImages? Viewed) Plan(TestViews views, ModelDescription model)
    {
        ITask task = TaskCatalog.Of(model.Task);
        SamplePipeline usual = model.EvaluationPipeline();
        if (views.Count == 1)
        {
            return (usual, null);
        }

        if (!task.AveragesMirrored)
        {
            throw new OptionException("tta", $"is the mean of probabilities of classes, and {model.Model} gives {task.Gives}; leave it out.");
        }

        if (views.FiveCrop && !task.AveragesCrops)
        {
            throw new OptionException("tta", $"of crops is for a class for each image, and {model.Model} gives {task.Gives}; take flip, and --scales for models that see images in windows.");
        }

        if (usual.Options.Windows is { } windows)
        {
            return (new SamplePipeline(usual.Options with { Windows = windows with { Flip = views.Flip } }), null);
        }

        Size2 frame = !views.FiveCrop ? model.ImageSize
            : usual.Options.ResizeTo is { Height: > 0 } larger && larger != model.ImageSize ? larger
            : new((int)Math.Ceiling(model.ImageSize.Height * UsualFrame), (int)Math.Ceiling(model.ImageSize.Width * UsualFrame));
        SamplePipeline framed = views.FiveCrop ? new(usual.Options with { ImageSize = frame, ResizeTo = default }) : usual;
        return (framed, new ViewedImages(views, model.ImageSize, frame, task.Data.IsOfPixels));
    }

    /// <summary>The shape of a view of a batch.</summary>
    /// <param name="images">The batch's, [N, C, height, width].</param>
    public Shape ViewOf(Shape images) => [images[0], images[1], _size.Height, _size.Width];

    /// <summary>Asks about all views.</summary>
    /// <param name="model">Takes [N, C, H, W], gives logits with the classes along the second axis.</param>
    /// <param name="images">The images in their frame, [N, C, height, width].</param>
    /// <returns>Logits of the mean probabilities, which the current scope owns.</returns>
    public Tensor Run(Func<Tensor, Tensor> model, Tensor images)
    {
        using IDisposable still = GradMode.NoGrad();
        using TensorScope scope = TensorScope.Begin();
        var logs = new List<Tensor>();
        foreach ((int top, int left, bool isMirrored) in _views)
        {
            Tensor outputs = model(View(images, top, left, isMirrored));
            logs.Add((_isDense && isMirrored ? outputs.Flip(3) : outputs).LogSoftmax(1));
        }

        return scope.Keep(LogMean(logs));
    }

    private Tensor View(Tensor images, int top, int left, bool isMirrored)
    {
        (int planes, int height, int width) = (images.Shape[0] * images.Shape[1], images.Shape[2], images.Shape[3]);
        Tensor view = Tensor.Empty([images.Shape[0], images.Shape[1], _size.Height, _size.Width]);
        ReadOnlySpan<float> from = images.AsSpan<float>();
        Span<float> into = view.AsSpan<float>();
        for (int plane = 0; plane < planes; plane++)
        {
            for (int y = 0; y < _size.Height; y++)
            {
                Span<float> row = into.Slice(((plane * _size.Height) + y) * _size.Width, _size.Width);
                from.Slice((((plane * height) + top + y) * width) + left, _size.Width).CopyTo(row);
                if (isMirrored)
                {
                    row.Reverse();
                }
            }
        }

        return view;
    }

    // By the largest of the views, as a probability of some may be too small for its own exponential.
    private static Tensor LogMean(List<Tensor> logs)
    {
        Tensor mean = Tensor.Empty(logs[0].Shape);
        Span<float> largest = mean.AsSpan<float>();
        logs[0].AsSpan<float>().CopyTo(largest);
        foreach (Tensor log in logs)
        {
            TensorPrimitives.Max(largest, log.AsSpan<float>(), largest);
        }

        double[] sums = new double[largest.Length];
        foreach (Tensor log in logs)
        {
            ReadOnlySpan<float> values = log.AsSpan<float>();
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += Math.Exp(values[i] - largest[i]);
            }
        }

        for (int i = 0; i < sums.Length; i++)
        {
            largest[i] = (float)(largest[i] + Math.Log(sums[i] / logs.Count));
        }

        return mean;
    }
}
