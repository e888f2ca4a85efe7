using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// What changes in a model's answer when something is taken away: an attention, a head, a channel, a region of a layer or of the picture. Weights and mode
/// are left as they were, and others may run the model meanwhile.
/// </summary>
public static class AblationStudy
{
    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batches">Pictures [N, C, H, W], normalised as the model wants them.</param>
    /// <param name="target">What is measured; what it reads from the output, such as the predicted class, is that of the model with everything in place.</param>
    /// <param name="ablations">What is taken away, one at a time, at least one.</param>
    /// <param name="progress">Told before each run.</param>
    /// <param name="cancellation">Stops between two runs.</param>
    /// <exception cref="OptionException">There is no such site, head, channel or region, or no picture.</exception>
    /// <exception cref="ShapeException">The model does not take such pictures.</exception>
    public static AblationReport Run(
        Module model, IEnumerable<Tensor> batches, ITarget target, IReadOnlyList<Ablation> ablations, IProgress<AblationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(ablations);
        List<AblationEffect>[] effects = [.. ablations.Select(static _ => new List<AblationEffect>())];
        int runs = 0, pictures = 0;
        foreach (Tensor images in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var whole = new AblationScene(model, images);
            Tensor before = whole.Run();
            FixedTarget measured = FixedTarget.Of(target, before);
            double[] scores = Numbers(measured.Score(before));
            pictures += images.Shape[0];
            for (int a = 0; a < ablations.Count; a++)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new AblationProgress($"{ablations[a].Site} {ablations[a].Title}".TrimStart(), runs++));
                using var scene = new AblationScene(model, images);
                ablations[a].Begin(scene);
                Tensor after = scene.Run();
                effects[a].AddRange(Compare(before, scores, after, Numbers(measured.Score(after))));
            }
        }

        return pictures > 0 && ablations.Count > 0
            ? new AblationReport(pictures, [.. ablations.Select((a, i) => new AblationRow(a.Site, a.Title, effects[i]))])
            : throw new OptionException("ablation", $"expected at least one picture and one thing to take away, got {pictures} and {ablations.Count}.");
    }

    /// <summary>
    /// What there is to take away by default: each attention of the model (passed by where its output has the shape of its input and it is a mechanism by itself;
    /// else its relation made a mean), and where a relation has several heads, each of them.
    /// </summary>
    /// <param name="model">The model; run once.</param>
    /// <param name="images">[N, C, H, W]; the first is run.</param>
    public static IReadOnlyList<Ablation> Sites(Module model, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        using var look = new ModelLook(model);
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        look.Run(images.Narrow(0, 0, 1));
        var found = new List<Ablation>();
        foreach (var site in recorder.Maps.GroupBy(static m => m.Module))
        {
            string name = model.NamedModules().First(m => ReferenceEquals(m.Value, site.Key)).Name;
            bool isWhole = site.Key is IMechanism { Options.Card: { KeepsShape: true, Inputs.Count: 1 } };
            found.Add(new SiteAblation(name, isWhole ? SiteChange.Bypass : SiteChange.Mean));
            int heads = site.Max(static m => m.Map is RelationMap relation ? relation.Heads : 1);
            found.AddRange(heads > 1 ? Enumerable.Range(0, heads).Select(h => new HeadAblation(name, h)) : []);
        }

        return found;
    }

    private static IEnumerable<AblationEffect> Compare(Tensor before, double[] scores, Tensor after, double[] changed)
    {
        bool hasClasses = before.Rank >= 2 && after.Shape == before.Shape, hasTop = hasClasses && before.Rank == 2;
        int classes = hasClasses ? before.Shape[1] : 0;
        float[] was = hasClasses ? Classes(before) : [], now = hasClasses ? Classes(after) : [];
        for (int i = 0; i < scores.Length; i++)
        {
            float[] first = was[(i * classes)..((i + 1) * classes)], second = now[(i * classes)..((i + 1) * classes)];
            yield return new AblationEffect(
                scores[i], changed[i], hasTop ? Array.IndexOf(first, first.Max()) : null, hasTop ? Array.IndexOf(second, second.Max()) : null, first, second);
        }
    }

    private static float[] Classes(Tensor output) =>
        (output.Rank == 2 ? output : output.Mean([.. Enumerable.Range(2, output.Rank - 2)])).To(DType.Float32).ToArray<float>();

    private static double[] Numbers(Tensor scores) => scores.To(DType.Float64).ToArray<double>();
}
