{{ select_unfinished_build() }}
