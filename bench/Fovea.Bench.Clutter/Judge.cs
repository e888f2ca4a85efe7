using Fovea.Inspect;
using Fovea.Training;

namespace Fovea.Bench.Clutter;

/// <summary>Has a network's maps judged on pictures that it was not trained on.</summary>
/// <param name="pictures">How many.</param>
/// <param name="seed">What they are drawn from; another one than the training's.</param>
internal sealed class Judge(int pictures, ulong seed)
{
    /// <summary>Judges a network.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="subject">What it is.</param>
    public Verdict Run(string weights, Subject subject)
    {
        TrainedModel trained = TrainedModel.Open(weights, new ModelRequest());
        trained.Model.Eval();
        ObjectSamples samples = ObjectSamples.Open(trained.Description, source: null, pictures, seed);
        int right = 0;
        IEnumerable<FaithfulnessSample> Samples()
        {
            foreach (ObjectSample sample in samples.Read())
            {
                right += Seen(trained.Model, sample.Image) == sample.Label ? 1 : 0;
                yield return new FaithfulnessSample(sample.Name, sample.Image, new ClassTarget(sample.Label), new ClassProbabilityTarget(sample.Label), sample.Mask);
                sample.Image.Dispose();
            }
        }

        FaithfulnessReport report = FaithfulnessStudy.Run(
            trained.Model, Samples(), [.. subject.Methods, .. Own(trained.Model, samples)], new FaithfulnessOptions { Seed = seed }, pictures, new Tenths(subject.Name));
        return new Verdict(subject.Name, right, report);
    }

    // Of several places of the same mechanism the last speaks for all.
    private static IEnumerable<IMapMethod> Own(Module model, ObjectSamples samples)
    {
        using TensorScope scope = TensorScope.Begin();
        return SiteMapMethod.All(model, samples.Read().First().Image).TakeLast(1);
    }

    private static int Seen(Module model, Tensor image)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        float[] scores = model.Call(image).ToArray<float>();
        return Array.IndexOf(scores, scores.Max());
    }

    private sealed class Tenths(string name) : IProgress<FaithfulnessProgress>
    {
        private string _told = string.Empty;

        public void Report(FaithfulnessProgress value)
        {
            string text = value.Total >= 10 && !value.Doing.StartsWith("weights", StringComparison.Ordinal) ? $"{10 * (10 * value.Done / value.Total)} %" : value.Doing;
            if (text != _told)
            {
                Console.Error.WriteLine($"{name}: {_told = text}");
            }
        }
    }
}
