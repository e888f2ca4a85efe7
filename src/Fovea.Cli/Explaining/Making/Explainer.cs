using Fovea.Cli.Predicting;
using Fovea.Imaging;
using Fovea.Inspect;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Explaining;

/// <summary>Makes the maps of pictures that were asked for, and writes them.</summary>
internal sealed class Explainer : IDisposable
{
    private const int WindowsAtATime = 4;
    private readonly ExplainedModel _model;
    private readonly ExplainOptions _options;
    private readonly SamplePipeline _pipeline;
    private readonly IOutputReader _reader;
    private readonly MapWriter _writer;
    private readonly OutputNames _names = new();
    private readonly bool _isOne;
    private readonly MapMaker _maker;
    private readonly MapCurves _curves;

    /// <param name="model">The model.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="isOne">Whether there is one picture, whose files then need no folder of their own.</param>
    /// <param name="note">Is told what was left out.</param>
    public Explainer(ExplainedModel model, ExplainOptions options, bool isOne, Action<string> note)
    {
        (_model, _options, _isOne) = (model, options, isOne);
        _pipeline = model.Description.LookPipeline();
        _reader = TaskCatalog.Of(model.Description.Task).CreateReader(model.Module, model.Description, new PredictOptions { Top = options.Top });
        _writer = new MapWriter(options.Output, options.Style);
        _maker = new MapMaker(model.Module, options, note);
        _curves = new MapCurves(model.Module, model.Description.Task == DataTask.Classify ? options.Steps : 0);
    }

    /// <summary>Explains a picture.</summary>
    /// <exception cref="OptionException">There is no such site, layer or target.</exception>
    /// <exception cref="ShapeException">The model does not take such pictures.</exception>
    public ExplainedPicture Explain(string path, Image image, CancellationToken stop = default)
    {
        _curves.Prepare([1, _pipeline.Channels, _pipeline.Height, _pipeline.Width]);
        using TensorScope scope = TensorScope.Begin();
        Tensor x = _pipeline.ToInput(image), output = Run(x);

        // What the model says of the picture takes more looks than the one that the maps are of, where it sees windows.
        IPrediction prediction = _reader is IPictureReader pictures
            ? pictures.Read(Run, _model.Description.EvaluationPipeline(), WindowsAtATime, image, path)
            : _reader.Read(output, [image], [path])[0];
        AskedTarget target = AskedTarget.Of(_options.Target, _model.Description.Classes, _model.Description.Title, output);
        Image ground = MapGround.Of(_pipeline.SeenOf(image));
        string under = _isOne ? string.Empty : $"{_names.Of(path)}/";
        (IReadOnlyList<WrittenMap> maps, IReadOnlyList<WrittenMap> baselines) = _curves.Measure(x, target, _maker.Make(x, target, stop), stop);
        var picture = new ExplainedPicture(prediction, ground, _pipeline.RegionOf(image), [.. maps.Select(m => _writer.Write(m, ground, under))])
        {
            Baselines = baselines,
        };
        return picture.Maps.Count > 1 ? picture with { Sheet = _writer.WriteSheet(picture, under) } : picture;
    }

    public void Dispose() => _curves.Dispose();

    private Tensor Run(Tensor x) => EngineLooks.Run(_model.Module, x);
}
