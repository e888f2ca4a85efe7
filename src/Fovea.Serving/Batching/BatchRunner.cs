using Fovea.Serving.Models;
using Fovea.Training;

namespace Fovea.Serving.Batching;

/// <summary>Computes a batch with one version of a model. What fails fails alone: its neighbours are then computed each for itself.</summary>
internal static class BatchRunner
{
    /// <summary>Answers everything in a batch, with results or with errors.</summary>
    public static void Run(ModelVersion version, IReadOnlyList<Pending> batch)
    {
        Each([.. batch.OfType<PendingPicture>()], pictures => See(version, pictures));
        foreach (var alike in batch.OfType<PendingTensor>().GroupBy(t => (t.Shape[1], t.Shape[2], t.Shape[3])))
        {
            Each([.. alike], tensors => Infer(version, tensors));
        }

        foreach (PendingPicture picture in batch.OfType<PendingPicture>().Where(p => p.Look is not null && !p.Answer.IsCompleted))
        {
            Look(version, picture);
        }
    }

    private static void Each<T>(T[] batch, Action<T[]> compute)
        where T : Pending
    {
        if (batch.Length == 0)
        {
            return;
        }

        try
        {
            compute(batch);
        }
        catch (Exception) when (batch.Length > 1)
        {
            foreach (T one in batch)
            {
                Each([one], compute);
            }
        }
        catch (Exception e)
        {
            batch[0].Fail(e);
        }
    }

    private static void See(ModelVersion version, PendingPicture[] pictures)
    {
        IReadOnlyList<IPrediction> seen = version.See([.. pictures.Select(p => p.Image)], [.. pictures.Select(p => p.Name)]);
        for (int i = 0; i < pictures.Length; i++)
        {
            if (pictures[i].Look is null)
            {
                pictures[i].Complete(new SeenPicture(seen[i], null), version.Id);
            }
            else
            {
                pictures[i].Seen = seen[i];
            }
        }
    }

    // Maps take gradients, of one picture at a time; they come when all who want none have their answers.
    private static void Look(ModelVersion version, PendingPicture picture)
    {
        try
        {
            PictureMap map = version.Look(picture.Image, picture.Look!, picture.Cancellation);
            picture.Complete(new SeenPicture(picture.Seen!, map), version.Id);
        }
        catch (Exception e)
        {
            picture.Fail(e);
        }
    }

    private static void Infer(ModelVersion version, PendingTensor[] parts)
    {
        int count = parts.Sum(p => p.Samples);
        int[] shape = [count, .. parts[0].Shape[1..]];
        float[] values = parts.Length == 1 ? parts[0].Values : [.. parts.SelectMany(p => p.Values)];
        using TensorScope scope = TensorScope.Begin();
        Tensor given = version.Infer(Tensor.From(values, new Shape(shape)));
        if (given.Shape.Rank == 0 || given.Shape[0] != count)
        {
            throw new ShapeException("serve", $"outputs for {count} samples", $"{given.Shape}", $"{version.Description.Title} cannot be served in batches.");
        }

        int[] row = [.. given.Shape.ToArray().Skip(1)];
        float[] all = given.To(DType.Float32).ToArray<float>();
        int size = all.Length / count, at = 0;
        foreach (PendingTensor part in parts)
        {
            float[] own = all[(at * size)..((at + part.Samples) * size)];
            part.Complete(new Outputs([part.Samples, .. row], own), version.Id);
            at += part.Samples;
        }
    }
}
