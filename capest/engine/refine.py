def refine(drawn, computed):
    raise NotImplementedError
