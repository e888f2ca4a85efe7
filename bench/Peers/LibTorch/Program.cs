using Fovea.Bench.Peers;
using TorchSharp;

// libtorch's side of the comparison, on the TorchScript that the PyTorch peer wrote: as its users write it, and with libtorch's fused
// scaled_dot_product_attention in place of product, softmax and product.
Lines.Serve("libtorch", torch.__version__, torch.set_num_threads, folder => new ScriptWork(folder));
