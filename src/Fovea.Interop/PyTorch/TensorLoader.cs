namespace Fovea.Io.PyTorch;

/// <summary>Reads the values of a file's tensors. Each storage is read once, however many tensors are views of it.</summary>
internal static class TensorLoader
{
    /// <summary>Gives every tensor its values. The same view twice becomes one tensor.</summary>
    /// <param name="tensors">The tensors of the file.</param>
    /// <param name="storages">Where the values lie.</param>
    /// <param name="fileBytes">The length of the file, which bounds what it may unfold to.</param>
    public static void Load(IReadOnlyCollection<PickleTensor> tensors, TorchStorages storages, long fileBytes)
    {
        long limit = PickleLimits.FreeBytes + PickleLimits.Unfolding * fileBytes;
        long total = 0;
        foreach (TorchView view in tensors.Select(t => t.View).Distinct())
        {
            total += (long)view.Shape.Elements * view.Type.Target().Size();
            if (total > limit)
            {
                throw new PickleException($"the tensors take more than {limit:N0} bytes, the limit for a file of {fileBytes:N0}: it repeats its storages");
            }
        }

        foreach (IGrouping<string, PickleTensor> group in tensors.GroupBy(t => t.View.Storage.Key))
        {
            TorchView[] views = [.. group.Select(t => t.View).Distinct()];
            Dictionary<TorchView, Tensor> loaded = views is [{ IsWhole: true } view]
                ? new() { [view] = LoadWhole(view, storages) }
                : LoadViews(views, storages);
            foreach (PickleTensor tensor in group)
            {
                tensor.Value = loaded[tensor.View];
            }
        }
    }

    private static Tensor LoadWhole(TorchView view, TorchStorages storages)
    {
        using Stream stream = storages.Open(view.Storage);
        var tensor = Tensor.Empty(view.Shape, view.Type.Target());
        StoredElements.Read(stream, view.Type, storages.IsBigEndian, tensor);
        return tensor;
    }

    private static Dictionary<TorchView, Tensor> LoadViews(TorchView[] views, TorchStorages storages)
    {
        TorchStorage storage = views[0].Storage;
        if (storage.Bytes > Array.MaxLength)
        {
            throw new PickleException($"the storage '{ErrorText.Of(storage.Key)}' takes {storage.Bytes:N0} bytes; " +
                $"tensors that share one can have at most {Array.MaxLength:N0}");
        }

        // Opened first: a claim that the file does not keep must not cost memory.
        using Stream stream = storages.Open(storage);
        using Tensor values = ScratchBytes.Of(storage.Bytes);
        stream.ReadExactly(values.AsBytes());
        var loaded = new Dictionary<TorchView, Tensor>();
        foreach (TorchView view in views)
        {
            if (view.Storage.Bytes != storage.Bytes)
            {
                throw new PickleException($"the storage '{ErrorText.Of(storage.Key)}' is described with two sizes");
            }

            var tensor = Tensor.Empty(view.Shape, view.Type.Target());
            StridedElements.Read(values.AsBytes(), view.Offset, view.Strides, view.Type, storages.IsBigEndian, tensor);
            loaded.Add(view, tensor);
        }

        return loaded;
    }
}
