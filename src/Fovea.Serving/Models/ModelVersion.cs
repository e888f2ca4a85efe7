using Fovea.Imaging;
using Fovea.Inspect;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Serving.Models;

/// <summary>A model with the weights that a file held at one time.</summary>
internal sealed class ModelVersion : IDisposable
{
    private readonly Predictor _predictor;
    private readonly SamplePipeline _look;

    private ModelVersion(Predictor predictor, string id, DateTimeOffset loaded)
    {
        (_predictor, Id, Loaded) = (predictor, id, loaded);
        _look = predictor.Description.LookPipeline();
    }

    /// <summary>The beginning of the SHA-256 of its weights.</summary>
    public string Id { get; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset Loaded { get; }

    /// <summary>What it is.</summary>
    public ModelDescription Description => _predictor.Description;

    /// <summary>What it gives, in words.</summary>
    public string Gives => _predictor.Gives;

    /// <summary>Whether its answers are masks, which are pictures.</summary>
    public bool GivesMasks => _predictor.Task == DataTask.Segment;

    /// <summary>What is to be known before its answers are believed.</summary>
    public IReadOnlyList<string> Notes => _predictor.Notes;

    /// <summary>What it is given for each picture: [channels, height, width].</summary>
    public IReadOnlyList<int> InputShape => [Description.Mean.Count, Description.ImageSize.Height, Description.ImageSize.Width];

    /// <summary>Reads weights and makes the model ready: compiled, its code and its memory warm.</summary>
    /// <param name="options">The model.</param>
    /// <param name="state">The file.</param>
    /// <param name="id">The beginning of the SHA-256 of its content.</param>
    /// <param name="maxBatch">The most pictures that it will be given at a time.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FoveaException">The file cannot be read, or does not say what the weights are of.</exception>
    public static ModelVersion Open(ServedModelOptions options, WeightsState state, string id, int maxBatch, DateTimeOffset now, CancellationToken cancellation)
    {
        var predictor = Predictor.Open(options.Predict with { Weights = state.Source, BatchSize = maxBatch }, cancellation: cancellation);
        try
        {
            var version = new ModelVersion(predictor, id, now);
            version.WarmUp(maxBatch);
            return version;
        }
        catch
        {
            predictor.Dispose();
            throw;
        }
    }

    /// <summary>What it sees in pictures.</summary>
    /// <exception cref="DataException">Its outputs are not finite.</exception>
    public IReadOnlyList<IPrediction> See(IReadOnlyList<Image> images, IReadOnlyList<string> names) => _predictor.See(images, names);

    /// <summary>What it gives for inputs that were prepared elsewhere, in the current scope.</summary>
    public Tensor Infer(Tensor input) => _predictor.Infer(input);

    /// <summary>Where it looked in a picture.</summary>
    /// <exception cref="OptionException">There is no such method or target, or the method does not fit the model.</exception>
    public PictureMap Look(Image image, LookRequest request, CancellationToken cancellation)
    {
        MapMethod method = MapMethods.Find(request.Method);
        if (method.IsSlow)
        {
            throw new OptionException("attention",
                $"{method.Key} runs the model once for each channel, which is too slow for a server; expected one of {string.Join(", ", MapMethods.All.Where(m => !m.IsSlow).Select(m => m.Key))}.");
        }

        using TensorScope scope = TensorScope.Begin();
        Tensor x = _look.ToInput(image), output;
        using (GradMode.NoGrad())
        {
            output = _predictor.Model.Call(x);
        }

        AskedTarget target = AskedTarget.Of(request.Target, Description.Classes, Description.Title, output);
        ScalarMap map = method.Create().Explain(_predictor.Model, x, target.Target, null, cancellation)[0];
        return new PictureMap(map, method.IsForTarget ? target.Words : string.Empty, MapGround.Of(_look.SeenOf(image)));
    }

    public void Dispose() => _predictor.Dispose();

    // With the smallest batch and the largest: what lies between takes no more memory, and its code is the same.
    private void WarmUp(int maxBatch)
    {
        int channels = Description.Mean.Count;
        foreach (int count in new[] { 1, maxBatch }.Distinct())
        {
            Image[] blank = [.. Enumerable.Range(0, count).Select(_ => new Image(
                Description.ImageSize.Width, Description.ImageSize.Height, channels == 1 ? PixelFormat.Grey : PixelFormat.Rgb))];
            try
            {
                See(blank, [.. blank.Select((_, i) => $"blank {i}")]);
            }
            catch (DataException)
            {
                // A black picture may have no finite answer; real ones say so each for itself.
            }
        }
    }
}
