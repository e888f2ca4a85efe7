namespace Fovea.Training.Data;

/// <summary>Transforms a picture and writes its label, moved as the picture was.</summary>
/// <param name="sample">The picture with its label.</param>
/// <param name="pipeline">What is done to pictures.</param>
/// <param name="random">Where the augmentation's numbers come from.</param>
/// <param name="planes">Takes the picture.</param>
/// <param name="labels">The labels of the batch.</param>
/// <param name="position">The picture's place in the batch.</param>
/// <exception cref="DataException">The sample has no such label.</exception>
public delegate void LabelWriter(ImageSample sample, SamplePipeline pipeline, Generator random, Span<float> planes, Tensor labels, int position);

/// <summary>The labels of a batch while its pictures are made: by several threads, each position once.</summary>
public abstract class BatchLabels : IDisposable
{
    /// <summary>Labels whose shape is known before the pictures are.</summary>
    /// <param name="labels">The tensor that they go into.</param>
    /// <param name="write">Writes one of them.</param>
    public static BatchLabels Of(Tensor labels, LabelWriter write) => new Fixed(labels, write);

    /// <summary>Transforms a picture and keeps its label, moved as the picture was.</summary>
    /// <param name="sample">The picture with its label.</param>
    /// <param name="pipeline">What is done to pictures.</param>
    /// <param name="random">Where the augmentation's numbers come from.</param>
    /// <param name="planes">Takes the picture.</param>
    /// <param name="position">The picture's place in the batch.</param>
    /// <exception cref="DataException">The sample has no such label.</exception>
    public abstract void Write(ImageSample sample, SamplePipeline pipeline, Generator random, Span<float> planes, int position);

    /// <summary>The labels, when all pictures are made: the caller's to dispose. Asked for once.</summary>
    public abstract Tensor ToTensor();

    /// <summary>Gives back what was taken for labels that nobody asked for.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    private sealed class Fixed : BatchLabels
    {
        private readonly Tensor _labels;
        private readonly LabelWriter _write;

        // The scope of whoever begins the batch may end before it is used.
        public Fixed(Tensor labels, LabelWriter write) => (_labels, _write) = (TensorScope.Detach(labels), write);

        public override void Write(ImageSample sample, SamplePipeline pipeline, Generator random, Span<float> planes, int position) =>
            _write(sample, pipeline, random, planes, _labels, position);

        public override Tensor ToTensor() => _labels;

        public override void Dispose()
        {
            _labels.Dispose();
            base.Dispose();
        }
    }
}
