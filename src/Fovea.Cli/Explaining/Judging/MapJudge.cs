using System.Text.Json.Nodes;
using Fovea.Inspect;
using Fovea.Training;

namespace Fovea.Cli.Explaining;

/// <summary>
/// Judges a model's maps on data whose classes are known: what its attention does, what depends on it, and how faithful each method's maps are. Maps are asked
/// for the class that the picture is of.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="description">What it is, and how pictures are prepared for it.</param>
/// <param name="options">How.</param>
/// <param name="note">Is told what was left out.</param>
internal sealed class MapJudge(Module model, ModelDescription description, ExplainOptions options, Action<string> note)
{
    private const int Batch = 32;

    private readonly ObjectSamples _samples = ObjectSamples.Open(description, options.Data, options.Pictures, options.Seed);

    /// <summary>Judges.</summary>
    /// <param name="progress">Is told before each picture and each layer.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>Tables for people, and all of it as JSON.</returns>
    /// <exception cref="OptionException">A method or a layer does not fit the model.</exception>
    public (IReadOnlyList<ReportTable> Tables, JsonObject Json) Run(IProgress<FaithfulnessProgress>? progress, CancellationToken stop)
    {
        AttentionStatistics statistics = AttentionStatistics.Collect(model, Batches(), cancellation: stop);
        AblationReport? ablation = Ablate(stop);
        FaithfulnessReport faithfulness = FaithfulnessStudy.Run(
            model, Samples(), Methods(stop), new FaithfulnessOptions { Seed = options.Seed, Fill = Fill() }, _samples.Count, progress, stop);
        JsonObject json = new()
        {
            ["model"] = description.Title,
            ["statistics"] = statistics.ToJson(),
            ["ablation"] = ablation?.ToJson(),
            ["faithfulness"] = faithfulness.ToJson(),
        };
        return
        ([
            .. AttentionTables.Of(statistics, description.Classes), .. ablation is null ? Array.Empty<ReportTable>() : [AblationTables.Of(ablation)],
            .. FaithfulnessTables.Of(faithfulness),
        ], json);
    }

    private AblationReport? Ablate(CancellationToken stop)
    {
        IReadOnlyList<Ablation> sites = First(x => AblationStudy.Sites(model, x.Image));
        return sites.Count == 0 ? null : AblationStudy.Run(model, Batches().Select(static b => b.Images), new PredictedClassTarget(), sites, cancellation: stop);
    }

    private IReadOnlyList<IMapMethod> Methods(CancellationToken stop)
    {
        var how = new MapMethodOptions { Layer = options.Layer };
        if (options.Methods.Count > 0)
        {
            return [.. options.Methods.Select(m => MapMethods.Create(m, how))];
        }

        return First(sample =>
        {
            var fitting = new List<IMapMethod>();
            foreach (MapMethod method in MapMethods.All)
            {
                try
                {
                    IMapMethod made = method.Create(how);
                    made.Explain(model, sample.Image, new ClassTarget(sample.Label), null, stop);
                    fitting.Add(made);
                }
                catch (OptionException e)
                {
                    note($"{method.Key} is left out: {e.Message}");
                }
            }

            return (IReadOnlyList<IMapMethod>)[.. fitting, .. SiteMapMethod.All(model, sample.Image)];
        });
    }

    private PictureFill Fill() => new()
    {
        Kind = options.Fill,
        Black = [.. description.Mean.Zip(description.Std, static (mean, deviation) => -mean / deviation)],
    };

    private T First<T>(Func<ObjectSample, T> use)
    {
        using TensorScope scope = TensorScope.Begin();
        return use(_samples.Read().First());
    }

    private IEnumerable<FaithfulnessSample> Samples()
    {
        foreach (ObjectSample sample in _samples.Read())
        {
            yield return new FaithfulnessSample(sample.Name, sample.Image, new ClassTarget(sample.Label), new ClassProbabilityTarget(sample.Label), sample.Mask);
            sample.Image.Dispose();
        }
    }

    private IEnumerable<LabeledBatch> Batches()
    {
        foreach (ObjectSample[] chunk in _samples.Read().Chunk(Batch))
        {
            using Tensor images = Tensor.Concat([.. chunk.Select(static s => s.Image)], 0);
            yield return new LabeledBatch(images, [.. chunk.Select(static s => s.Label)]);
            Array.ForEach(chunk, static s => s.Image.Dispose());
        }
    }
}
