using Fovea.Attention;
using Fovea.Imaging;
using Fovea.Studio.Stores;

namespace Fovea.Studio.Sessions;

/// <summary>A model that looked at a picture: the input, what came out, and the map of every mechanism on the way.</summary>
internal sealed class StudioSession
{
    private readonly Dictionary<string, Site> _byName;

    private StudioSession(StudioModel model, Tensor input, Tensor output, IReadOnlyList<Site> sites, long bytes)
    {
        (Model, Input, Sites, Bytes) = (model, input, sites, bytes);
        Outputs = output.ToArray<float>();
        OutputShape = output.Shape;
        Seen = model.Seen(input);
        _byName = sites.ToDictionary(s => s.Name);
    }

    /// <summary>The model.</summary>
    public StudioModel Model { get; }

    /// <summary>[1, channels, size, size].</summary>
    public Tensor Input { get; }

    /// <summary>The input as a picture.</summary>
    public Image Seen { get; }

    /// <summary>What the model gave: logits of classes, or of each pixel's.</summary>
    public float[] Outputs { get; }

    /// <summary>[1, classes], or [1, classes, H, W].</summary>
    public Shape OutputShape { get; }

    /// <summary>The maps in the order in which they were made.</summary>
    public IReadOnlyList<Site> Sites { get; }

    /// <summary>Bytes that the maps hold.</summary>
    public long Bytes { get; }

    /// <summary>A score for each class: the logit, of segmentation models its mean over the pixels.</summary>
    public float[] Scores => ScoresOf(Outputs, OutputShape);

    /// <summary>Runs the model on a picture.</summary>
    public static StudioSession Run(StudioModel model, Image picture)
    {
        long before = TensorMemory.LiveBytes;
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Tensor input = TensorScope.Detach(model.Input(picture));
        Tensor output = model.Module.Call(input);
        var names = new Dictionary<Module, string>(ReferenceEqualityComparer.Instance as IEqualityComparer<Module>);
        foreach ((string name, Module module) in model.Module.NamedModules())
        {
            names.TryAdd(module, name);
        }

        var taken = new HashSet<string>();
        var sites = new List<Site>();
        foreach ((Module module, AttentionMap map) in recorder.Maps)
        {
            string path = names.GetValueOrDefault(module, module.GetType().Name), name = $"{path}:{map.Name}";
            for (int call = 2; !taken.Add(name); call++)
            {
                name = $"{path}:{map.Name}.{call}";
            }

            string mechanism = Catalog.All.FirstOrDefault(e => e.Type == module.GetType())?.Card.Key ?? module.GetType().Name;
            sites.Add(new Site(name, path, mechanism, map));
        }

        return new StudioSession(model, input, output, sites, Math.Max(4L * input.Elements, TensorMemory.LiveBytes - before));
    }

    /// <summary>A map by its name.</summary>
    /// <exception cref="Serving.StudioProblem">There is none.</exception>
    public Site Site(string name) => _byName.GetValueOrDefault(name) ?? throw Serving.StudioProblem.NotFound("site", name.Length > 200 ? name[..200] : name);

    /// <summary>Runs the model again on an input, without maps.</summary>
    /// <returns>A score for each class.</returns>
    public float[] Run(Tensor input)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Tensor output = Model.Module.Call(input);
        return ScoresOf(output.ToArray<float>(), output.Shape);
    }

    private static float[] ScoresOf(float[] outputs, Shape shape)
    {
        int classes = shape[1], each = outputs.Length / classes;
        return [.. Enumerable.Range(0, classes).Select(c => outputs.AsSpan(c * each, each).ToArray().Average())];
    }
}
