using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>
/// One step's pictures and labels. The consumer disposes it when the step is done; its memory then serves a later batch. The tensors
/// belong to no <see cref="TensorScope"/>.
/// </summary>
public sealed class Batch : IDisposable
{
    private readonly IImageDataset _dataset;
    private readonly int[] _indices;
    private readonly object?[] _kept;

    internal Batch(IImageDataset dataset, int epoch, int number, int[] indices, Tensor images, Tensor labels, object?[] kept, IReadOnlyList<DamagedPicture> damaged)
    {
        Damaged = damaged;
        _kept = kept;
        _dataset = dataset;
        _indices = indices;
        Epoch = epoch;
        Number = number;
        Images = images;
        Labels = labels;
    }

    /// <summary>The epoch, counted from 0.</summary>
    public int Epoch { get; }

    /// <summary>The batch's place in its epoch, counted from 0. The position to save after its step is the number after it.</summary>
    public int Number { get; }

    /// <summary>How many pictures it holds; the last of an epoch may hold fewer than the others, or a few more. None where all were damaged and left out.</summary>
    public int Count => _indices.Length;

    /// <summary>The pictures, transformed and normalised: float32 [N, C, H, W].</summary>
    public Tensor Images { get; }

    /// <summary>
    /// What the data's <see cref="DataTask"/> makes of their labels: the class of each picture, int64 [N]; under <see cref="DataTask.Segment"/> of each
    /// pixel, [N, H, W], moved as the pictures were, with <see cref="Loss.DefaultIgnoreIndex"/> where none counts; under <see cref="DataTask.Detect"/> of each
    /// object, float32 [N, M, 6], a row (class, x0, y0, x1, y1, flag) in pixels of the images, class −1 for none, flag 1 where it does not count.
    /// </summary>
    public Tensor Labels { get; }

    /// <summary>The pictures that turned out to be damaged when the batch was made, and what was read in their places too; mostly none.</summary>
    public IReadOnlyList<DamagedPicture> Damaged { get; }

    /// <summary>The place of each picture in the data set; of one that took a damaged one's place its own.</summary>
    public IReadOnlyList<int> Indices => _indices;

    /// <summary>The name of one of the pictures, such as its path.</summary>
    /// <param name="position">0 to <see cref="Count"/> − 1.</param>
    public string Name(int position) => _dataset.Name(_indices[position]);

    /// <summary>The mask of one of the pictures as the data have it: in its own size, whatever was done to the picture. Null without masks.</summary>
    /// <param name="position">0 to <see cref="Count"/> − 1.</param>
    public Image? Mask(int position) => Kept(position) as Image;

    /// <summary>What the data's task keeps of one of the pictures for an evaluation (<see cref="DataTask.Kept"/>); null for nothing.</summary>
    /// <param name="position">0 to <see cref="Count"/> − 1.</param>
    public object? Kept(int position) => _kept[position];

    /// <summary>Gives the memory of both tensors back.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
